# Names under which the application is installed, keeps its data and is updated.
method = json
------
package.json : name = "${id}-desktop"
    was = "signal-desktop"
package.json : productName = "${name}"
    was = "Signal"
package.json : description = "${name} for the desktop"
package.json : desktopName = "${id}.desktop"
package.json : repository = "${packages.source}/Signal-Desktop"
package.json : author.name = "${name}"
package.json : author.email = "${contact.support}"
package.json : build.appId = "${desktop.appId}"
    was = "org.whispersystems.signal-desktop"
package.json : build.mac.publish[0].url = "${updates.url}/desktop"
package.json : build.win.publish[0].url = "${updates.url}/desktop"
package.json : build.win.signtoolOptions.certificateSubjectName = "${name}"
package.json : build.win.signtoolOptions.publisherName = "${name}"
package.json : delete build.win.signtoolOptions.certificateSha1
package.json : build.linux.executableName = "${id}-desktop"
package.json : build.linux.desktop.entry.StartupWMClass = "${id}"
# Upstream's own builds of the installer's tools; electron-builder brings its own.
package.json : delete build.nsis.customNsisBinary
    expect = 0..1
package.json : delete build.nsis.customNsisResources
    expect = 0..1
package.json : delete build.mas
    expect = 0..1
package.json : delete build.masDev
    expect = 0..1
# libsignal as its recipe makes it: not-fork writes both beside each other.
package.json : dependencies["@signalapp/libsignal-client"] = "file:../libsignal/node"
