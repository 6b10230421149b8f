# Names under which it is installed. Packages of the code keep theirs.
method = sed
------
app/build.gradle.kts : '(?<line>\n[ ]*)versionName = canonicalVersionName' = '$0$<line>applicationId = "${android.applicationId}"'
    expect = 1
app/build.gradle.kts : '"archivesBaseName", "Signal"' = '"archivesBaseName", "${id}"'
    expect = 1
app/src/main/AndroidManifest.xml : '"org\.thoughtcrime\.securesms\.ACCESS_SECRETS"' = '"$${applicationId}.ACCESS_SECRETS"'
    expect = 0..1
app/src/main/res/values*/strings.xml : '(?<head><string name="app_name"[^>]*>)[^<]*' = '$<head>${name}'
app/src/*/res/values*/strings.xml app/src/*/res/values*/arrays.xml : 'support\.signal\.org|signal\.org(?=/(?:install|download|donate|legal|about))' = '${domain}'
    expect = 0..
