using Fluister.InteropTests.Official;

namespace Fluister.InteropTests.Cli;

/// <summary>One profile for all tests of the program, with words that must not be found where they do not belong.</summary>
public sealed class CanaryProfile : IDisposable
{
    public const string Canary = "CANARYquetzal7431";
    public const string InName = "CANARYname5127";
    public const string InFileName = "CANARYfile9054";

    // A name that would clear the terminal, turn the text around and ring the bell.
    private const string Hostile = "char(27)||'[2J'||char(8238)||char(7)||'sneaky '||char(8294)||'CANARYname5127'";

    internal OfficialProfile Profile { get; } = OfficialPackage.MakeProfile(1830, "--messages", "300", "--media", "--canary", Canary);

    public CanaryProfile() => OfficialPackage.Run("run-sql.mjs",
    [
        "--profile", Profile.Path, "--key", Profile.Key, "--sql",
        $"""
        UPDATE conversations SET name = {Hostile}, profileName = {Hostile}, profileFullName = {Hostile},
          json = json_set(json, '$.name', {Hostile}, '$.profileName', {Hostile}, '$.systemGivenName', {Hostile})
          WHERE type = 'private' AND json_extract(json, '$.name') IS NOT NULL AND rowid = (SELECT max(rowid) FROM conversations
            WHERE type = 'private' AND json_extract(json, '$.name') IS NOT NULL);
        UPDATE message_attachments SET fileName = '{InFileName}.txt'
            WHERE rowid IN (SELECT rowid FROM message_attachments ORDER BY rowid DESC LIMIT 5);
        UPDATE messages SET body = body || char(27) || '[31mred' || char(8238) || 'turned' || char(155) || '2J' || char(10) || 'next'
          WHERE type = 'incoming' AND body IS NOT NULL;
        """,
    ]);

    public void Dispose() => Profile.Dispose();
}
