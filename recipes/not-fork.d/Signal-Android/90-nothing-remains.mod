method = assert-absent
------
app/build.gradle.kts app/static-ips.gradle.kts settings.gradle.kts : '(?i)signal\.org' '(?i)signalcaptchas' 'AIza' 'pk_(?:live|test)_' '3o6ZsYH6U6Eri53TXy'
app/build.gradle.kts : '"(?!0{64}\\|${svr2.enclave})[0-9a-f]{64}\\"' 'BXu6QIKVz5MA8' 'BUkY0I\+9\+oPgDCn4' 'BbqY1DzohE4NUZoV' 'BYhU6tPjqP46KGZE' 'AMhf5ywVwITZMsff' 'ABSY21VckQcbSXVN' 'AByD873dTilmOSG0' 'AHILOIrFPXX9laLb' 'AJwNSU55fsFCbgax' 'AHYrGb9IfugAAJiP'
app/static-ips.gradle.kts : '"(?!192\.0\.2\.1")\d+\.\d+\.\d+\.\d+"'
    when = !chat.ipv4[0]
app/src/main/**/*.kt app/src/main/**/*.java libsignal-service/src/main/** : '(?:chat|storage|cdn\d?|cdsi|svr2|contentproxy|updates\d?|textsecure-service)\.(?:staging\.)?(?:signal|whispersystems)\.org' 'global\.(?:prod|ssl)\.fastly\.net' 'cloudfunctions\.net' 'nrgwuv7kwq'
app/src/main/AndroidManifest.xml : 'android:host="signal\.(?:me|group|art|link|tube)"'
