# Names under which it is installed and signed.
method = sed
------
project.pbxproj : '(?<head>SIGNAL_BUNDLEID_PREFIX = )[^;]*' = '$<head>${ios.bundlePrefix}'
    expect = 0..
project.pbxproj : 'org\.whispersystems(?=[.;"])' = '${ios.bundlePrefix}'
    expect = 0..
project.pbxproj : 'U68MSDN6DR' = '${ios.team}'
    expect = 0..
project.pbxproj : '(?<head>PRODUCT_NAME = )Signal;' = '$<head>"${name}";'
    expect = 0..
Signal/Signal-Info.plist : 'support@signal\.org' = '${contact.support}'
    expect = 0..
Signal/Signal-Info.plist : 'https://github\.com/signalapp/Signal-iOS/issues' = '${contact.site}'
    expect = 0..
Signal/Signal-Info.plist : 'org\.whispersystems(?=\.)' = '${ios.bundlePrefix}'
    expect = 0..
Signal/Signal-Info.plist : '(?<head><key>)[a-z0-9.-]*(?:signal|whispersystems)\.org(?=</key>)' = '$<head>${domain}'
    expect = 0..
*.entitlements : 'signal\.me' = '${links.me}'
    expect = 0..
*.entitlements : 'signal\.group' = '${links.group}'
    expect = 0..
*.entitlements : 'signal\.art' = '${links.art}'
    expect = 0..
*.entitlements : 'signal\.link' = '${links.call}'
    expect = 0..
*.entitlements : 'signal\.tube' = '${links.proxy}'
    expect = 0..
*.entitlements : 'org\.whispersystems(?=\.)' = '${ios.bundlePrefix}'
    expect = 0..
project.pbxproj : '(?<head>SIGNAL_MERCHANTID = )[^;]*' = '$<head>${ios.bundlePrefix}'
    expect = 0..
**/*.swift : 'pk_(?:live|test)_\w+' = '${payments.stripe}'
    expect = 0..
