using System.Text.RegularExpressions;
using Fluister.InteropTests.Official;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Cli;

/// <summary>`./fluister try`, with the programs of this build: the same words each time, but for ids and times.</summary>
public sealed partial class TryTests
{
    private const string Transcript =
        """
        # Two home servers, here both on this computer. An offline key, the network's root, stands behind each.
        $ export PATH="$PWD/artifacts/server:$PATH" FLUISTER_HOME=DIR/people
        $ fluister-server quickstart north.example --port N --url https://localhost:N --data DIR/north | head -n 1
        A server for north.example is set up in DIR/north.
        $ fluister-server quickstart south.example --port N --url https://localhost:N --data DIR/south | head -n 1
        A server for south.example is set up in DIR/south.
        $ fluister-server network create DIR/network.root
        Network root  KEY
        $ fluister-server network request --data DIR/north | fluister-server network sign --root DIR/network.root - |
            fluister-server network join - --data DIR/north
        Certificate 2 for north.example, fingerprint FINGERPRINT
        north.example (tag TAG) is in the network of KEY.
        Make a new backup: it holds the keys.
        $ fluister-server network request --data DIR/south | fluister-server network sign --root DIR/network.root - |
            fluister-server network join - --data DIR/south
        Certificate 2 for south.example, fingerprint FINGERPRINT
        south.example (tag TAG) is in the network of KEY.
        Make a new backup: it holds the keys.

        # Nothing goes from one server to another before both operators have added each other's.
        $ fluister-server descriptor --data DIR/south | fluister-server peer add - --data DIR/north
        south.example: tag TAG, Fluister VERSION
        Fingerprint FINGERPRINT
        Added south.example: allow. Its operator adds this server too, by what `peer show` prints here; nothing crosses before.
        $ fluister-server descriptor --data DIR/north | fluister-server peer add - --data DIR/south
        north.example: tag TAG, Fluister VERSION
        Fingerprint FINGERPRINT
        Added north.example: allow. Its operator adds this server too, by what `peer show` prints here; nothing crosses before.
        $ fluister-server serve --data DIR/north > DIR/north.log 2>&1 &
        $ fluister-server serve --data DIR/south > DIR/south.log 2>&1 &

        # Ada lives on one, Ben on the other. Each has a history of their own, encrypted; here the key is in a file.
        $ fluister-server invite create --data DIR/north |
            ./fluister account register - --name ada --profile-name Ada --key-file DIR/ada.key
        The account ada is ready: ID
        Its history is in DIR/people/accounts/ada, encrypted; the key file opens it, and nothing else does: keep a copy elsewhere.
        $ fluister-server invite create --data DIR/south |
            ./fluister account register - --name ben --profile-name Ben --key-file DIR/ben.key
        The account ben is ready: ID
        Its history is in DIR/people/accounts/ben, encrypted; the key file opens it, and nothing else does: keep a copy elsewhere.
        $ ./fluister account username set ben.42 --account ben
        ben.42@south.example

        # They write to each other. What is printed in brackets names a message.
        $ ./fluister send ben.42@south.example 'Hi Ben! Shall we sail to the island on Saturday?' --account ada
        TIMESTAMP
        $ ./fluister receive --account ben
        TIME  Ada: Hi Ben! Shall we sail to the island on Saturday?  [TIMESTAMP]
        $ echo 'Gladly. We leave from the old harbour.' | ./fluister send Ada - --file DIR/harbour.svg --account ben
        TIMESTAMP
        $ ./fluister receive --account ada --attachments DIR/files
        TIME  Ben: Gladly. We leave from the old harbour. [harbour.svg]  [TIMESTAMP]
        Written: DIR/files/harbour.svg
        $ cmp DIR/harbour.svg DIR/files/harbour.svg && echo 'The file is the same.'
        The file is the same.
        $ ./fluister send Ben --react 👍 --to-message TIMESTAMP --account ada
        TIMESTAMP
        $ ./fluister send Ben 'Decided: Saturday at eight, at the old harbour.' --account ada
        TIMESTAMP
        $ ./fluister send Ben --edit TIMESTAMP 'Decided: Saturday at nine, at the old harbour.' --account ada
        TIMESTAMP

        # Ben's program is killed while he follows, and started again: nothing is lost, and nothing comes twice.
        $ ./fluister receive --follow --account ben > DIR/ben.txt &
        $ ./fluister send Ben 'Who brings the lunch?' --account ada
        TIMESTAMP
        $ kill -9 %3
        $ ./fluister send Ben 'I can bake bread.' --account ada
        TIMESTAMP
        $ cat DIR/ben.txt
        TIME  Ada reacted 👍 to [TIMESTAMP]
        TIME  Ada: Decided: Saturday at eight, at the old harbour.  [TIMESTAMP]
        TIME  Ada edited [TIMESTAMP]: Decided: Saturday at nine, at the old harbour.
        TIME  Ada: Who brings the lunch?  [TIMESTAMP]
        $ ./fluister receive --account ben
        TIME  Ada: I can bake bread.  [TIMESTAMP]
        $ ./fluister archive show Ada --last 3 --account ben
        === Ada
        Times: Europe/Amsterdam

        DAY

        [TIME] Ada: (edited, unread) Decided: Saturday at nine, at the old harbour.
            Before, TIME: Decided: Saturday at eight, at the old harbour.
        [TIME] Ada: (unread) Who brings the lunch?
        [TIME] Ada: (unread) I can bake bread.

        3 messages.
        $ ./fluister send Ada 'And I will buy cheese.' --account ben
        TIMESTAMP
        $ ./fluister receive --account ada
        TIME  Ben: And I will buy cheese.  [TIMESTAMP]

        # Ada's history lies encrypted on her disk; the commands that read Signal Desktop's read it too.
        $ ./fluister archive list --account ada
        NAME                                  KIND    MESSAGES  LAST ACTIVE       ID
        Ben                                   person         6  TIME  ID
        Note to Self                          notes          0                    ID
        $ ./fluister archive show Ben --account ada
        === Ben
        Times: Europe/Amsterdam

        DAY

        [TIME] Ada: Hi Ben! Shall we sail to the island on Saturday?
        [TIME] Ben: (unread) Gladly. We leave from the old harbour.
            File harbour.svg (image/svg+xml, 62 bytes)
            Reactions: 👍 Ada
        [TIME] Ada: (edited) Decided: Saturday at nine, at the old harbour.
            Before, TIME: Decided: Saturday at eight, at the old harbour.
        [TIME] Ada: Who brings the lunch?
        [TIME] Ada: I can bake bread.
        [TIME] Ben: (unread) And I will buy cheese.

        6 messages.
        $ ./fluister archive search saturday --account ada
        == Ben  [ID]
         > TIME  Ada: Decided: Saturday at nine, at the old harbour.
        == Ben  [ID]
         > TIME  Ada: Hi Ben! Shall we sail to the island on Saturday?
        $ ./fluister digest --conversation Ben --words 40 --account ada
        Ben
        TIME · 6 messages · 2 people
          Ada: 4 messages, 26 words (68 %)
          Ben: 2 messages, 12 words (32 %)

        Saturday, harbour, old, Shall (TIME, 6 messages)
          “Hi Ben!” Ada, TIME [ID]
          “Shall we sail to the island on Saturday?” Ada, TIME [ID]
          “Gladly.” Ben, TIME [ID]
          “We leave from the old harbour.” Ben, TIME [ID]
          “Decided: Saturday at nine, at the old harbour.” Ada, TIME [ID]
          “Who brings the lunch?” Ada, TIME [ID]
          “I can bake bread.” Ada, TIME [ID]
          “And I will buy cheese.” Ben, TIME [ID]

        Dates
          DAY Sat  “Decided: Saturday at nine, at the old harbour.” Ada, TIME [ID]

        Files
          harbour.svg 62 B  Ben, TIME [ID]
        $ grep -rl -e harbour -e Saturday DIR/people || echo 'No word of it lies there in plain text.'
        No word of it lies there in plain text.
        """;

    private static readonly string s_root = Path.Combine(OfficialPackage.Folder, "..", "..");

    [Fact]
    public void It_prints_what_a_person_can_repeat()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.In("artifacts", "server"));
        File.CreateSymbolicLink(folder.In("fluister"), FluisterProgram.Path);
        File.CreateSymbolicLink(folder.In("artifacts", "server", "fluister-server"), FluisterProgram.Server);
        Directory.CreateDirectory(folder.In("temporary"));

        var ending = FluisterProgram.Run("env",
            [$"FLUISTER_TRY_BUILT={folder.Path}", $"TMPDIR={folder.In("temporary")}", Path.Combine(s_root, "eng", "try")]);

        Assert.Equal("", ending.Errors);
        Assert.Equal(Plain(Transcript), Plain(ending.Output));
        Assert.Equal(0, ending.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.In("temporary")));
    }

    [Fact]
    public void The_first_screen_of_the_readme_is_of_it()
    {
        var readme = File.ReadAllText(Path.Combine(s_root, "README.md")).Split("```")[1];
        var shown = Plain(readme).Where(line => line != "…").ToList();

        Assert.True(shown.Count > 10);
        Assert.Equal(shown, Within(Plain(Transcript), shown));
    }

    [Fact]
    public void A_command_that_fails_ends_it_and_nothing_is_left()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.In("artifacts", "server"));
        File.CreateSymbolicLink(folder.In("artifacts", "server", "fluister-server"), "/bin/false");
        Directory.CreateDirectory(folder.In("temporary"));

        var ending = FluisterProgram.Run("env",
            [$"FLUISTER_TRY_BUILT={folder.Path}", $"TMPDIR={folder.In("temporary")}", Path.Combine(s_root, "eng", "try")]);

        Assert.NotEqual(0, ending.Code);
        Assert.Contains("fluister try: the last command above failed", ending.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.In("temporary")));
    }

    /// <summary>Lines without what is another each time: ids, times, places, days between messages, and receipts, which gather as they
    /// come.</summary>
    private static List<string> Plain(string output)
    {
        var text = output.Replace("\r", "", StringComparison.Ordinal);
        text = Place().Replace(text, "DIR");
        text = Id().Replace(text, "ID");
        text = Port().Replace(text, "$1N");
        text = Key().Replace(text, "KEY");
        text = Fingerprint().Replace(text, "FINGERPRINT");
        text = Tag().Replace(text, "tag TAG");
        text = Version().Replace(text, "Fluister VERSION");
        text = Named().Replace(text, "TIMESTAMP");
        text = Time().Replace(text, "TIME");
        text = Span().Replace(text, "TIME");
        text = Clock().Replace(text, "[TIME]");
        text = Day().Replace(text, "DAY");
        return [.. text.Split('\n').Where(line => line is not ("" or "DAY") && !Receipt().IsMatch(line))];
    }

    /// <summary>The lines that were asked for, as far as they stand in this order.</summary>
    private static List<string> Within(IEnumerable<string> lines, List<string> asked)
    {
        var found = new List<string>();
        foreach (var line in lines)
        {
            if (found.Count < asked.Count && line == asked[found.Count])
            {
                found.Add(line);
            }
        }

        return found;
    }

    [GeneratedRegex(@"/\S*?/tmp\.\w+|\bDIR\b")]
    private static partial Regex Place();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Id();

    [GeneratedRegex(@"(--port |//localhost:)\d+")]
    private static partial Regex Port();

    [GeneratedRegex("\\bB[A-Za-z0-9+/]{43}(?![A-Za-z0-9+/=])")]
    private static partial Regex Key();

    [GeneratedRegex("[0-9a-f]{8}( [0-9a-f]{8}){7}")]
    private static partial Regex Fingerprint();

    [GeneratedRegex("tag [0-9a-f]{10}")]
    private static partial Regex Tag();

    [GeneratedRegex(@"Fluister \d+\.\d+\.\d+")]
    private static partial Regex Version();

    [GeneratedRegex(@"\b1\d{12}\b")]
    private static partial Regex Named();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")]
    private static partial Regex Time();

    [GeneratedRegex(@"TIME to (TIME|\d\d:\d\d)")]
    private static partial Regex Span();

    [GeneratedRegex(@"\[\d\d:\d\d:\d\d\]")]
    private static partial Regex Clock();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d")]
    private static partial Regex Day();

    [GeneratedRegex(@" has received \[")]
    private static partial Regex Receipt();
}
