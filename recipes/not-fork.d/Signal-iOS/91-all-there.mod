method = assert-present
------
TSConstants.swift : 'let mainServiceURL = "${chat.url}"'
    expect = 2
TSConstants.swift : '${zk.server}'
    expect = 2
