import pytest

from benchmarks.queue_plan import LARGE, Plan
from softswitch.queues.config import QueuesConfig


def test_half_of_all_wait_in_the_large_queue_and_the_rest_in_small_ones():
    plan = Plan()
    waiting = plan.waiting()
    assert sum(waiting.values()) == plan.callers == 500
    assert waiting["200"] == 250
    assert len(waiting) == 1 + plan.small == 10
    assert max(list(waiting.values())[1:]) - min(list(waiting.values())[1:]) <= 1


@pytest.mark.parametrize(("callers", "agents"), [(500, 100), (20, 5), (7, 2)])
def test_its_configuration_is_one_and_everybody_serves_somewhere(callers, agents):
    plan = Plan(callers=callers, agents=agents, every_s=10.0, gap_s=5.0)
    names = [f"b{number}" for number in range(agents)]
    config = QueuesConfig.model_validate(plan.config(names))
    assert {queue.number for queue in config.queues.values()} == set(plan.waiting())
    assert {one for queue in config.queues.values() for one in queue.members} == set(names)
    assert all(queue.members for queue in config.queues.values())
    assert all(queue.announce.position.every_s == 10.0 for queue in config.queues.values())
    assert config.queues[LARGE].strategy == "longest_idle"


def test_without_a_wish_queues_say_what_they_do_by_default():
    config = QueuesConfig.model_validate(Plan(callers=20, agents=5).config([f"b{n}" for n in range(5)]))
    usual = QueuesConfig.model_validate({"queues": {"one": {}}}).queues["one"].announce
    assert config.queues[LARGE].announce == usual
