method = assert-absent
------
** : '(?i)(?<!String DOMAIN = "grpc\.chat\.)(?<!`grpc\.chat\.)signal\.org(?!/docs|/blog)' '(?i)signalusers' '(?i)signalcaptcha' 'build-artifacts\.' 'whispersystems\.org' 'textsecure-service'
** : 'BXu6QIKVz5MA8' 'BUkY0I\+9\+oPgDCn4' 'BbqY1DzohE4NUZoV' 'BYhU6tPjqP46KGZE' 'AMhf5ywVwITZMsff' 'ABSY21VckQcbSXVN'
