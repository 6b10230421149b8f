method = assert-present
------
app/build.gradle.kts : '"\\"${chat.url}\\""'
app/build.gradle.kts : '${zk.server}'
app/build.gradle.kts : 'applicationId = "${android.applicationId}"'
    expect = 1
