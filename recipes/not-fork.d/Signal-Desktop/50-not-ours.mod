method = delete
------
.github/
    expect = 0..
