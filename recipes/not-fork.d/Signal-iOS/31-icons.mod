method = replace
------
Signal/AppIcon*.xcassets/**/*.png = network-file ${ios.icons.png}
    when = ios.icons.png
