"""Asks GNOME Keyring's backend of the Secret portal for an application's secret,
as xdg-desktop-portal does, and prints it in hexadecimal."""
import os
import sys

import dbus

reader, writer = os.pipe()
portal = dbus.SessionBus().get_object("org.freedesktop.secrets", "/org/freedesktop/portal/desktop")
portal.RetrieveSecret(
    dbus.ObjectPath("/org/freedesktop/portal/desktop/request/test/1"),
    sys.argv[1],
    dbus.types.UnixFd(writer),
    dbus.Dictionary({}, signature="sv"),
    dbus_interface="org.freedesktop.impl.portal.Secret",
)
os.close(writer)
print(os.read(reader, 4096).hex())
