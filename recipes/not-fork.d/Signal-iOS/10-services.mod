# TSConstants.swift names all services, for production and staging.
method = sed
------
TSConstants.swift : '(?<head>let mainServiceURL = )"[^"]*"' = '$<head>"${chat.url}"'
    expect = 2
TSConstants.swift : '(?<head>let textSecureCDN0ServerURL = )"[^"]*"' = '$<head>"${cdn0}"'
    expect = 2
TSConstants.swift : '(?<head>let textSecureCDN2ServerURL = )"[^"]*"' = '$<head>"${cdn2}"'
    expect = 2
TSConstants.swift : '(?<head>let textSecureCDN3ServerURL = )"[^"]*"' = '$<head>"${cdn3}"'
    expect = 2
TSConstants.swift : '(?<head>let storageServiceURL = )"[^"]*"' = '$<head>"${storage.url}"'
    expect = 2
TSConstants.swift : '(?<head>let sfu(?:Test)?URL = )"[^"]*"' = '$<head>"${sfu.url}"'
    expect = 4
TSConstants.swift : '(?<head>let svr2URL = )"[^"]*"' = '$<head>"wss://${svr2.host}"'
    expect = 2
TSConstants.swift : '(?<head>let registrationCaptchaURL = )"[^"]*"' = '$<head>"${captcha.registration}"'
    expect = 2
TSConstants.swift : '(?<head>let challengeCaptchaURL = )"[^"]*"' = '$<head>"${captcha.challenge}"'
    expect = 2
TSConstants.swift : '(?<head>let updatesURL = )"[^"]*"' = '$<head>"${updates.url}"'
    expect = 2
TSConstants.swift : '(?<head>let updates2URL = )"[^"]*"' = '$<head>"${updates.resources}"'
    expect = 2
TSConstants.swift : '(?<head>let censorship[FG]ReflectorHost = )"[^"]*"' = '$<head>"reflector.invalid"'
    expect = 4
TSConstants.swift : '(?<head>let (?:legalTerms|donate|appStore)Url = URL\(string: )"[^"]*"' = '$<head>"${contact.site}"'
    expect = 2..
