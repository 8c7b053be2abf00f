#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""agent.py PID allow|deny|cancel: polkit's authentication agent for the process PID, without a password; deny is
one that was not known.

polkitd believes an agent that is root (org.freedesktop.PolicyKit1.Authority, AuthenticationAgentResponse2). Each question
becomes a line "asked ACTION" on standard output; the first line is "ready"."""
import os
import sys

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

AUTHORITY = "org.freedesktop.PolicyKit1"
PATH = "/org/lamella/test/agent"


class Agent(dbus.service.Object):
    def __init__(self, bus, authority, uid, answer):
        super().__init__(bus, PATH)
        self.authority, self.uid, self.answer = authority, uid, answer

    @dbus.service.method(AUTHORITY + ".AuthenticationAgent", in_signature="sssa{ss}sa(sa{sv})", async_callbacks=("done", "fail"))
    def BeginAuthentication(self, action, message, icon, details, cookie, identities, done, fail):
        print("asked", action, flush=True)
        if self.answer == "deny":
            done()
            return
        if self.answer == "cancel":
            fail(dbus.DBusException("the dialog was closed", name=AUTHORITY + ".Error.Cancelled"))
            return
        self.authority.AuthenticationAgentResponse2(
            dbus.UInt32(self.uid), cookie, identities[0], reply_handler=done, error_handler=fail)

    @dbus.service.method(AUTHORITY + ".AuthenticationAgent", in_signature="s")
    def CancelAuthentication(self, cookie):
        print("withdrawn", flush=True)


def main():
    pid, answer = int(sys.argv[1]), sys.argv[2]
    DBusGMainLoop(set_as_default=True)
    bus = dbus.SystemBus()
    authority = dbus.Interface(bus.get_object(AUTHORITY, "/org/freedesktop/PolicyKit1/Authority"), AUTHORITY + ".Authority")
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        begun = int(stat.read().rpartition(")")[2].split()[19])
    agent = Agent(bus, authority, os.stat(f"/proc/{pid}").st_uid, answer)
    subject = ("unix-process", {"pid": dbus.UInt32(pid, variant_level=1), "start-time": dbus.UInt64(begun, variant_level=1)})
    authority.RegisterAuthenticationAgent(subject, "C", PATH)
    print("ready", flush=True)
    GLib.MainLoop().run()
    return agent


main()
