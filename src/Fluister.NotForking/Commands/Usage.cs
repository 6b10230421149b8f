namespace Fluister.NotForking.Commands;

/// <summary>`--help`.</summary>
internal static class Usage
{
    /// <summary>What the command line can say, with examples.</summary>
    public const string Text = """
        not-fork: upstream sources with a few changes of one's own, without a fork.

        not-fork [options] [NAME]...      writes OUT/NAME for each recipe (default: all in not-fork.d)
        not-fork SUBCOMMAND --help        lock, verify, drift, rebase, explain, diff, build

        Examples
          not-fork libsignal                          the latest version of libsignal, massaged, in sources/libsignal
          not-fork -v 0.9.29 lmdb -v 3.34.1 sqlite3   one version each; -v and -c belong to the next NAME
          not-fork --list-versions lmdb               what versions there are
          not-fork -n --offline -o build lmdb         only from the cache, into build/lmdb
          not-fork -- ./lock                          a recipe with the name of a subcommand

        Where
          -i DIR, --input=DIR         recipes (default: not-fork.d)
          -o DIR, --output=DIR        trees (default: sources)
          -k DIR, --cache=DIR         the cache (default: ~/.cache/LumoSQL/not-fork)
          --config FILE               options as "option = value" lines; only as the first option.
                                      Else ~/.config/LumoSQL/not-fork.conf is read, if it is there
          --network FILE              the network descriptor whose values a recipe of dialect 1 puts in

        What (each holds for the next NAME; without NAMEs, for all)
          -v VERSION, --version=VERSION
          -c ID, --commit=ID
          --prefer-tarball=URL, --distribution=DIR, --filehash=ELEMENT:HASH, --dirhash=ELEMENT:HASH
                                      for --build-json-lock

        Network
          -n, --no-update; --update   take the cache as it is; look for news (default)
          --offline; --online         never use the network; use it where needed (default)
          --local-mirror=DIR          a folder with sources in place of downloads; may be repeated

        Instead of writing trees
          -q, --query                 the version that would be taken
          --list-versions, --metadata versions; with kind, address, commit and time
          --version-range=MIN:MAX     versions from MIN to MAX
          --build-upstream-lock       writes not-fork.d/NAME/upstream.lock: versions with their commits
          --build-json-lock=FILE      the same for all names, as JSON
          --check-prereq, --check-recommend
                                      the programs that the recipes, or any recipe, need
          --list-cache, --remove-cache=HASH|ADDRESS
          -V, --my-version, --check-version=MIN, --find-version=MIN[:MAX], --use-version=MIN[:MAX]
                                      the version of the language that is understood

        Other
          --use-upstream-lock         reads upstream.lock instead of upstream.conf, where there is one
          --no-lock                   does not look at not-fork.lock
          --verbose=N, --quiet        0: errors only; 1: results; 2: what is being done; 3: every file
          --json                      results on standard output and errors on standard error as JSON, an object a line

        Exit codes: 0 done, 1 usage, 2 configuration, 3 fetch, 4 verification, 5 a modification does not fit,
        6 an assertion does not hold, 7 the output holds what not-fork did not write, 8 the computer refuses.

        """;
}
