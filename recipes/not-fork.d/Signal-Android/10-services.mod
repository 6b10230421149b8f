# app/build.gradle.kts: what is compiled into BuildConfig, for production and staging alike.
method = sed
------
app/build.gradle.kts : '"SIGNAL_URL", "\\"[^"\\]*\\""' = '"SIGNAL_URL", "\"${chat.url}\""'
app/build.gradle.kts : '"STORAGE_URL", "\\"[^"\\]*\\""' = '"STORAGE_URL", "\"${storage.url}\""'
app/build.gradle.kts : '"SIGNAL_CDN_URL", "\\"[^"\\]*\\""' = '"SIGNAL_CDN_URL", "\"${cdn0}\""'
app/build.gradle.kts : '"SIGNAL_CDN2_URL", "\\"[^"\\]*\\""' = '"SIGNAL_CDN2_URL", "\"${cdn2}\""'
app/build.gradle.kts : '"SIGNAL_CDN3_URL", "\\"[^"\\]*\\""' = '"SIGNAL_CDN3_URL", "\"${cdn3}\""'
app/build.gradle.kts : '"SIGNAL_CDSI_URL", "\\"[^"\\]*\\""' = '"SIGNAL_CDSI_URL", "\"https://${cdsi.host}\""'
    expect = 0..
app/build.gradle.kts : '"SIGNAL_SERVICE_STATUS_URL", "\\"[^"\\]*\\""' = '"SIGNAL_SERVICE_STATUS_URL", "\"${status.host}\""'
app/build.gradle.kts : '"SIGNAL_SVR2_URL", "\\"[^"\\]*\\""' = '"SIGNAL_SVR2_URL", "\"https://${svr2.host}\""'
    expect = 0..
app/build.gradle.kts : '"(SIGNAL_(?:STAGING_)?SFU_URL)", "\\"[^"\\]*\\""' = '"$1", "\"${sfu.url}\""'
app/build.gradle.kts : '"(SIGNAL_SFU_INTERNAL_(?:NAMES|URLS))", "new String\[\]\{[^}]*\}"' = '"$1", "new String[]{}"'
    expect = 0..
app/build.gradle.kts : '"CONTENT_PROXY_HOST", "\\"[^"\\]*\\""' = '"CONTENT_PROXY_HOST", "\"${contentProxy.host}\""'
app/build.gradle.kts : '"SIGNAL_CAPTCHA_URL", "\\"[^"\\]*\\""' = '"SIGNAL_CAPTCHA_URL", "\"${captcha.registration}\""'
app/build.gradle.kts : '"RECAPTCHA_PROOF_URL", "\\"[^"\\]*\\""' = '"RECAPTCHA_PROOF_URL", "\"${captcha.challenge}\""'
app/build.gradle.kts : '"BADGE_STATIC_ROOT", "\\"[^"\\]*\\""' = '"BADGE_STATIC_ROOT", "\"${updates.resources}/static/badges/\""'
app/build.gradle.kts : '"APK_UPDATE_MANIFEST_URL", "\\"https[^"\\]*\\""' = '"APK_UPDATE_MANIFEST_URL", "\"${updates.url}/android/latest.json\""'
app/build.gradle.kts : '"MANAGES_APP_UPDATES", "true"' = '"MANAGES_APP_UPDATES", "${updates.enabled}"'
