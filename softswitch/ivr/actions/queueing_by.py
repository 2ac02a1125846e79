"""The step ``queue_by``: into the queue that fits who calls, or which number was called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from softswitch.ivr.actions.customers import checked_values, fitting
from softswitch.ivr.actions.queueing import Queue
from softswitch.ivr.customer_fields import NUMBER_FIELDS, SOURCE, QueueField
from softswitch.ivr.outcome import Taken
from softswitch.ivr.references import AnyQueueName, Kind, QueueName
from softswitch.ivr.visit import Visit

ValuesToQueues = Annotated[
    dict[str, QueueName],
    AfterValidator(checked_values),
    Kind("values and their queues", "wartości i ich kolejki"),
]


class QueueBy(Queue):
    """Let the caller wait in the queue that fits who calls, or which number was called.

    ``field`` is the group, the type or any field of a known caller, or source_number or destination_number
    of any. A caller of whom it is not known, or whose value is not listed, waits in the queue ``name``. All
    the rest is as in ``queue``.
    """

    bare_parameter: ClassVar[str | None] = None
    example: ClassVar[str] = "- queue_by: {field: group, queues: {biznes: firms}, name: sales}"

    name: AnyQueueName = Field(description="The queue of all others.")
    field: QueueField = Field(
        description="group, type, vip, one of your own fields, source_number or destination_number."
    )
    queues: ValuesToQueues = Field(
        description="What may stand in it, each value with its queue.",
        examples=["{podstawowy: sales, biznes: business}"],
    )

    async def run(self, visit: Visit) -> Taken:
        """Choose and let wait."""
        chosen = self.queue_for(visit)
        queue = Queue.model_construct(
            **{name: getattr(self, name) for name in Queue.model_fields} | {"name": chosen}
        )
        return await queue.run(visit)

    def queue_for(self, visit: Visit) -> str:
        """Return the queue for a caller."""
        if self.field in NUMBER_FIELDS:
            value = self._number(visit)
        else:
            value = fitting(visit.known.value(self.field), self.queues) if visit.known is not None else None
        return self.name if value is None else self.queues[value]

    def _number(self, visit: Visit) -> str | None:
        """Return the listed number that is the call's, in whatever spelling either comes."""
        facts, spelled = visit.world.facts, visit.world.desks.book.number
        found = spelled(facts.caller if self.field == SOURCE else facts.called)
        listed: Mapping[str, str] = {spelled(number): number for number in self.queues}
        return listed.get(found) if found else None
