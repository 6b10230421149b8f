method = replace
------
app/src/main/res/mipmap-*/ic_launcher*.{png,webp} = network-file ${android.icons.png}
    when = android.icons.png
app/src/main/res/drawable*/ic_launcher_foreground.xml = network-file ${android.icons.foreground}
    when = android.icons.foreground
