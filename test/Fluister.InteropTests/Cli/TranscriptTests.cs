using Fluister.InteropTests.Official;

namespace Fluister.InteropTests.Cli;

/// <summary>Sessions as a person sees them: the same profile, the same words.</summary>
public sealed class TranscriptTests(TranscriptTests.SameProfile profile) : IClassFixture<TranscriptTests.SameProfile>
{
    /// <summary>A command and how its output begins; all of it where that is short.</summary>
    public static TheoryData<string, string> Sessions => new()
    {
        {
            "archive list",
            """
            NAME                                  KIND    MESSAGES  LAST ACTIVE       ID
            Priya from the club                   person         6  2026-10-04 23:42  241630d9-c84c-4399-a4c8-ff4870147b4f
            Jonas Berg                            person       135  2026-10-04 23:36  bdc7bafe-3fd7-4e05-aec5-cf68225e4235

            """
        },
        {
            "archive stats --conversation Lantern",
            """
            Signal Desktop, schema 1830, 1 conversation with messages
              messages                        8
              attachments                     0
              attachmentBytes                 0
              reactions                       0
              disappearing                    0
              viewOnce                        0
            Types
              outgoing                                  4
              incoming                                  4
            People
              Mira Voss                                 4
              桜 伊藤                                   2
              Tomasz Zieliński                          1
              Aylin Demir                               1
            Months
              2026-10          8  ########################################

            """
        },
        {
            "archive show Lantern --last 3",
            """
            === Lantern project
            Times: Europe/Amsterdam

            2026-10-01

            [12:04:59] Mira Voss: Status on the settings dialog?
            [12:11:27] Aylin Demir: Nearly done, two tests are red.

            2026-10-04

            [22:56:28] 桜 伊藤: (unread) I can look at them after 16:30.

            3 messages.

            """
        },
        {
            "archive export --conversation Mum --format text",
            """
            === Mum
            Times: Europe/Amsterdam

            2026-10-01

            [13:30:00] Mum: Are you around on Saturday?
            [13:31:53] Mira Voss: After 11:45 yes. What is up?
                Reactions: 😂 Mum, 🎉 Mira Voss

            2 messages.

            """
        },
        {
            "digest --conversation Lantern --since 2026-01-01 --words 30",
            """
            Lantern project
            2026-10-01 11:22 to 2026-10-04 22:56 · 8 messages · 4 people
              Mira Voss: 4 messages, 29 words (46 %)
              桜 伊藤: 2 messages, 20 words (32 %)
              Tomasz Zieliński: 1 message, 8 words (13 %)
              Aylin Demir: 1 message, 6 words (10 %)

            """
        },
    };

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Reads_as_it_did(string command, string expected)
    {
        var ending = FluisterProgram.Run([.. command.Split(' '), "--source", profile.Profile.Path]);

        Assert.Equal("", ending.Errors);
        Assert.Equal(expected, ending.Output.Replace("\r", "", StringComparison.Ordinal)[..expected.Length]);
    }

    /// <summary>The same rows in every run.</summary>
    public sealed class SameProfile : IDisposable
    {
        internal OfficialProfile Profile { get; } =
            OfficialPackage.MakeProfile(1830, "--messages", "300", "--media", "--canary", "ZEBRACANARY", "--no-expected");

        public void Dispose() => Profile.Dispose();
    }
}
