# The application's name where texts name it as a program.
method = sed
------
_locales/*/messages.json : '("icu:signalDesktop":\s*\{\s*"messageformat":\s*)"(?:[^"\\]|\\.)*"' = '$1"${name}"'
_locales/*/messages.json : 'support\.signal\.org|signal\.org(?=/download)' = '${domain}'
    expect = 0..
