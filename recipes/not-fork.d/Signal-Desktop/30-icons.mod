# Pictures of the network, by files beside the network descriptor. Without them upstream's stay, which the network may not use.
method = replace
------
build/icons/win/icon.ico = network-file ${desktop.icons.ico}
    when = desktop.icons.ico
build/icons/mac/icon.icns build/dmg/icon.icns = network-file ${desktop.icons.icns}
    when = desktop.icons.icns
build/icons/png/*.png = network-file ${desktop.icons.png}
    when = desktop.icons.png
images/*logo*.svg = network-file ${desktop.icons.svg}
    when = desktop.icons.svg
