using Fluister.Engines.Gguf;
using Fluister.InteropTests.Official;
using Fluister.Tests.Engines;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Cli;

/// <summary>A profile with a conversation of eight known messages, and models that say known things about it.</summary>
public sealed class FamilyProfile : IDisposable
{
    /// <summary>Stands in a message and in nothing that a model says.</summary>
    internal const string Canary = "CANARYheron2206";

    /// <summary>What <see cref="HalfTrue"/> says: a point that the messages bear out, and one that they do not.</summary>
    internal const string Answer = """{"points":[{"who":"","text":"They meet at the lake on Friday at 10.","cites":[1,2]},"""
        + """{"who":"Jonas Berg","text":"Jonas pays 900 euros for a boat.","cites":[4]}]}""";

    private readonly TemporaryFolder _models = new();

    internal OfficialProfile Profile { get; } =
        OfficialPackage.MakeProfile(1830, "--messages", "300", "--plain-text-only", "--no-expected");

    /// <summary>Says <see cref="Answer"/>.</summary>
    internal string HalfTrue { get; }

    /// <summary>Says random nonsense, and takes minutes for it.</summary>
    internal string Slow { get; }

    public FamilyProfile()
    {
        HalfTrue = TestModels.Canned(_models.Path, Answer, new TestModelOptions { Name = "half-true" });
        Slow = TestModels.LlamaShaped(_models.Path, 250, GgufTensorType.Q8_0, new TestModelOptions { Name = "slow" });
        Change($"""
            CREATE TEMP TABLE lines (n INTEGER PRIMARY KEY, t INTEGER, text TEXT);
            INSERT INTO lines VALUES
              (1, 0, 'Shall we meet at the lake on Friday at 10?'),
              (2, 1, 'Friday at 10 is fine, I bring the red canoe.'),
              (3, 2, 'The canoe needs a paddle.'),
              (4, 3, 'I can buy a paddle for 45 euros.'),
              (5, 4, 'Good, the lake it is.'),
              (6, 4000, 'Who feeds the cat on 14 October? {Canary}'),
              (7, 4001, 'Not me, sorry.'),
              (8, 4002, 'I feed the cat on 14 October.');
            CREATE TEMP TABLE family AS SELECT id FROM conversations WHERE name = 'Family weekend';
            CREATE TEMP TABLE kept AS SELECT rowid AS r, row_number() OVER (ORDER BY sent_at, rowid) AS n FROM messages
              WHERE conversationId IN family AND type = 'incoming';
            DELETE FROM messages WHERE conversationId IN family AND rowid NOT IN (SELECT r FROM kept WHERE n <= 8);
            UPDATE messages SET body = lines.text, sent_at = 1790845200000 + 60000 * lines.t, expireTimer = NULL,
              json = json_remove(json, '$.quote', '$.bodyRanges', '$.reactions', '$.preview', '$.editHistory')
              FROM lines, kept WHERE kept.r = messages.rowid AND lines.n = kept.n;
            """);
    }

    /// <summary>Runs statements on the store.</summary>
    internal void Change(string sql) =>
        OfficialPackage.Run("run-sql.mjs", ["--profile", Profile.Path, "--key", Profile.Key, "--sql", sql]);

    public void Dispose()
    {
        Profile.Dispose();
        _models.Dispose();
    }
}
