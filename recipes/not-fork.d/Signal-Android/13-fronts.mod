# Fronts through which upstream is reached where it is censored: no country is led there.
method = sed
------
SignalServiceNetworkAccess.kt : '(private const val [FG]_\w*HOST = )"[^"]*"' = '$1"reflector.invalid"'
SignalServiceNetworkAccess.kt : '(defaultCensoredCountryCodes: Set<Int> = )setOf\([^)]*\)' = '$1emptySet()'
    expect = 1
