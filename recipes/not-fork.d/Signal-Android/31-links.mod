# Hosts whose links the application opens.
method = sed
------
app/src/main/AndroidManifest.xml : 'android:host="signal\.me"' = 'android:host="${links.me}"'
    expect = 0..
app/src/main/AndroidManifest.xml : 'android:host="signal\.group"' = 'android:host="${links.group}"'
    expect = 0..
app/src/main/AndroidManifest.xml : 'android:host="signal\.art"' = 'android:host="${links.art}"'
    expect = 0..
app/src/main/AndroidManifest.xml : 'android:host="signal\.link"' = 'android:host="${links.call}"'
    expect = 0..
app/src/main/AndroidManifest.xml : 'android:host="signal\.tube"' = 'android:host="${links.proxy}"'
    expect = 0..
app/src/main/**/*.kt app/src/main/**/*.java : '(?<=["/])signal\.me(?=["/#\\])' = '${links.me}'
    expect = 0..
app/src/main/**/*.kt app/src/main/**/*.java : '(?<=["/])signal\.group(?=["/#\\])' = '${links.group}'
    expect = 0..
app/src/main/**/*.kt app/src/main/**/*.java : '(?<=["/])signal\.art(?=["/#\\])' = '${links.art}'
    expect = 0..
app/src/main/**/*.kt app/src/main/**/*.java : '(?<=["/])signal\.link(?=["/#\\])' = '${links.call}'
    expect = 0..
app/src/main/**/*.kt app/src/main/**/*.java : '(?<=["/])signal\.tube(?=["/#\\])' = '${links.proxy}'
    expect = 0..
