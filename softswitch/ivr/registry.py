"""Every action of the language, by the name that trees use. The one place that lists them."""

from __future__ import annotations

from softswitch.ivr.actions.connecting import Dial, Echo, Label
from softswitch.ivr.actions.digits import Gather, ReadKeys
from softswitch.ivr.actions.flow import Disconnect, GoUp, Jump
from softswitch.ivr.actions.identifying import Identify
from softswitch.ivr.actions.menus import Menu
from softswitch.ivr.actions.paying import Pay
from softswitch.ivr.actions.queueing import ByAgents, ByWaiting, Queue
from softswitch.ivr.actions.speaking import Play, Say, SetLanguage
from softswitch.ivr.model import Action

ACTIONS: dict[str, type[Action]] = {
    "say": Say,
    "play": Play,
    "language": SetLanguage,
    "menu": Menu,
    "gather": Gather,
    "read_keys": ReadKeys,
    "goto": Jump,
    "up": GoUp,
    "hangup": Disconnect,
    "dial": Dial,
    "echo": Echo,
    "label": Label,
    "queue": Queue,
    "by_agents": ByAgents,
    "by_waiting": ByWaiting,
    "identify": Identify,
    "pay": Pay,
}
