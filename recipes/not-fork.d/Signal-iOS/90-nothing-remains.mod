method = assert-absent
------
TSConstants.swift : '(?i)signal\.org' '(?i)signalcaptchas' 'fastly\.net' 'run\.app' 'MrEnclave\("(?!0{64}"|${svr2.enclave}")[0-9a-f]'
TSConstants.swift : 'BXu6QIKVz5MA8' 'BUkY0I\+9\+oPgDCn4' 'BbqY1DzohE4NUZoV' 'BYhU6tPjqP46KGZE' 'AMhf5ywVwITZMsff' 'ABSY21VckQcbSXVN' 'AByD873dTilmOSG0' 'AHILOIrFPXX9laLb' 'AJwNSU55fsFCbgax' 'AHYrGb9IfugAAJiP'
Signal/Signal-Info.plist *.entitlements : 'signal\.org' 'whispersystems' 'signal\.(?:me|group|art|link|tube)'
project.pbxproj : 'U68MSDN6DR' 'org\.whispersystems[.;"]'
*.cer : 'Signal Messenger'
