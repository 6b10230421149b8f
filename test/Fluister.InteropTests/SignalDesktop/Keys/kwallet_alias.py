"""Gives the methods of the real kwalletd5 the names of another generation: the first argument is "6", or "" for the fourth."""
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
suffix = sys.argv[1]
real = dbus.Interface(bus.get_object("org.kde.kwalletd5", "/modules/kwalletd5"), "org.kde.KWallet")


def forward(name, arguments, answer):
    def method(self, *values):
        return getattr(real, name)(*values)

    names = ["a%d" % i for i in range(len(list(dbus.Signature(arguments))))] if arguments else []
    source = "lambda self%s: method(self%s)" % ("".join(", " + n for n in names), "".join(", " + n for n in names))
    function = eval(source, {"method": method})
    function.__name__ = name
    return dbus.service.method("org.kde.KWallet", in_signature=arguments, out_signature=answer)(function)


METHODS = [
    ("isEnabled", "", "b"),
    ("networkWallet", "", "s"),
    ("open", "sxs", "i"),
    ("hasEntry", "isss", "b"),
    ("entryType", "isss", "i"),
    ("readPassword", "isss", "s"),
    ("readEntry", "isss", "ay"),
    ("close", "ibs", "i"),
]
Alias = type("Alias", (dbus.service.Object,), {name: forward(name, arguments, answer) for name, arguments, answer in METHODS})
alias = Alias(bus, "/modules/kwalletd" + suffix)
name = dbus.service.BusName("org.kde.kwalletd" + suffix, bus)
GLib.MainLoop().run()
