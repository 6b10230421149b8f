# Over all that is configured. Links to upstream's pages in the program's code are no configuration: docs/RECIPES.md names them.
method = assert-absent
------
config/ package.json build/dns-fallback.json : '(?i)signal\.org' '(?i)signalcaptchas' 'whispersystems' '8D5E3CD800736C5E' 'U68MSDN6DR'
config/ : 'BXu6QIKVz5MA8' 'BUkY0I\+9\+oPgDCn4' 'BbqY1DzohE4NUZoV' 'BYhU6tPjqP46KGZE' 'AMhf5ywVwITZMsff' 'ABSY21VckQcbSXVN' 'AByD873dTilmOSG0' 'AHILOIrFPXX9laLb' 'AJwNSU55fsFCbgax' 'AHYrGb9IfugAAJiP'
config/ : 'pk_(?:live|test)_' 'MIIF2zCCA8OgAwIBAgIUAMHz4g60'
build/dns-fallback.json : 'domain'
**/*.{ts,tsx,js,mjs,html,json} : '(?:chat|storage|storage-staging|cdn\d?|cdn\d?-staging|cdsi|svr2|sfu(?:\.\w+)?\.voip|contentproxy)\.(?:staging\.)?signal\.org'
    except = ts/test-*/** node_modules/**
