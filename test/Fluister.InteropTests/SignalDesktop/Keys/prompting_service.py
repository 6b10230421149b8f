"""A small Secret Service that is locked and asks a person: "accept", "dismiss" or "never" is what the person does.
It knows no encryption."""
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

ANSWER, PASSWORD = sys.argv[1:]
ROOT = "/org/freedesktop/secrets"
ITEM = ROOT + "/collection/login/1"
PROMPT = ROOT + "/prompt/p1"

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
state = {"locked": True}


class Service(dbus.service.Object):
    @dbus.service.method("org.freedesktop.Secret.Service", in_signature="sv", out_signature="vo")
    def OpenSession(self, algorithm, value):
        if algorithm != "plain":
            raise dbus.DBusException("no", name="org.freedesktop.DBus.Error.NotSupported")
        return dbus.String("", variant_level=1), dbus.ObjectPath(ROOT + "/session/s1")

    @dbus.service.method("org.freedesktop.Secret.Service", in_signature="a{ss}", out_signature="aoao")
    def SearchItems(self, attributes):
        found = [dbus.ObjectPath(ITEM)] if attributes == {"application": "Signal"} else []
        none = dbus.Array([], signature="o")
        found = dbus.Array(found, signature="o")
        return (none, found) if state["locked"] else (found, none)

    @dbus.service.method("org.freedesktop.Secret.Service", in_signature="ao", out_signature="aoo")
    def Unlock(self, objects):
        return dbus.Array([], signature="o"), dbus.ObjectPath(PROMPT)

    @dbus.service.method("org.freedesktop.Secret.Service", in_signature="aoo", out_signature="a{o(oayays)}")
    def GetSecrets(self, items, session):
        secret = (session, dbus.ByteArray(b""), dbus.ByteArray(PASSWORD.encode()), "text/plain")
        return dbus.Dictionary({} if state["locked"] else {items[0]: secret}, signature="o(oayays)")


class Prompt(dbus.service.Object):
    @dbus.service.method("org.freedesktop.Secret.Prompt", in_signature="s", out_signature="")
    def Prompt(self, window):
        if ANSWER != "never":
            GLib.timeout_add(300, self.answer)

    def answer(self):
        state["locked"] = ANSWER != "accept"
        items = [] if state["locked"] else [dbus.ObjectPath(ITEM)]
        self.Completed(state["locked"], dbus.Array(items, signature="o", variant_level=1))
        return False

    @dbus.service.signal("org.freedesktop.Secret.Prompt", signature="bv")
    def Completed(self, dismissed, result):
        pass


objects = [Service(bus, ROOT), Prompt(bus, PROMPT)]
name = dbus.service.BusName("org.freedesktop.secrets", bus)
GLib.MainLoop().run()
