"""Every action of the language, by the name that trees use. The one place that lists them."""

from __future__ import annotations

from softswitch.ivr.actions.asking import ByAnswer, Request
from softswitch.ivr.actions.choosing import SetLanguage
from softswitch.ivr.actions.connecting import Dial, Echo, Label
from softswitch.ivr.actions.customer_digits import FindByDigits
from softswitch.ivr.actions.customers import ByCustomer, FindCustomer
from softswitch.ivr.actions.digits import Gather, ReadKeys
from softswitch.ivr.actions.flow import CallBranch, Disconnect, GoBack, GoUp, Jump
from softswitch.ivr.actions.identifying import Identify
from softswitch.ivr.actions.menus import Menu
from softswitch.ivr.actions.orders import ByOrder, ReadOrder
from softswitch.ivr.actions.paying import Pay
from softswitch.ivr.actions.people import Duty, Extension, Keeper
from softswitch.ivr.actions.queueing import ByAgents, ByWaiting, Queue
from softswitch.ivr.actions.queueing_by import QueueBy
from softswitch.ivr.actions.rating import Rate
from softswitch.ivr.actions.rooms import Application, Callback, LeaveMessage
from softswitch.ivr.actions.showing import CallerName, CallerNumber
from softswitch.ivr.actions.speaking import Play, Say
from softswitch.ivr.actions.tickets import Ticket
from softswitch.ivr.actions.timing import ByHours
from softswitch.ivr.actions.variables import ByValue, Set
from softswitch.ivr.actions.writing import Mail, Sms
from softswitch.ivr.model import Action

ACTIONS: dict[str, type[Action]] = {
    "say": Say,
    "play": Play,
    "language": SetLanguage,
    "menu": Menu,
    "gather": Gather,
    "read_keys": ReadKeys,
    "goto": Jump,
    "call": CallBranch,
    "return": GoBack,
    "up": GoUp,
    "hangup": Disconnect,
    "dial": Dial,
    "echo": Echo,
    "label": Label,
    "queue": Queue,
    "by_hours": ByHours,
    "by_agents": ByAgents,
    "by_waiting": ByWaiting,
    "find_customer": FindCustomer,
    "find_by_digits": FindByDigits,
    "by_customer": ByCustomer,
    "queue_by": QueueBy,
    "read_order": ReadOrder,
    "by_order": ByOrder,
    "identify": Identify,
    "pay": Pay,
    "keeper": Keeper,
    "duty": Duty,
    "extension": Extension,
    "rate": Rate,
    "caller_name": CallerName,
    "caller_number": CallerNumber,
    "set": Set,
    "by_value": ByValue,
    "ticket": Ticket,
    "mail": Mail,
    "sms": Sms,
    "request": Request,
    "by_answer": ByAnswer,
    "application": Application,
    "voicemail": LeaveMessage,
    "callback": Callback,
}
