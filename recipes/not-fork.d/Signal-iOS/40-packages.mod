method = sed
------
Podfile : 'https://github\.com/signalapp/libsignal(?:\.git)?' = '${packages.source}/libsignal'
    expect = 0..
