using System.Text.Json;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Operations;

/// <summary>The attestations that an operator was given of builds: of the one that serves, and of the next, so that the server can publish
/// those of the next from its first moment.</summary>
internal static class AttestationFile
{
    /// <summary>Those of a build that hold now, as they are published: as many as fit into a descriptor.</summary>
    public static IReadOnlyList<BuildAttestation> Of(DataFolder folder, ProgramBuild build, DateTimeOffset now)
    {
        var (fitting, bytes) = (new List<BuildAttestation>(), 0);
        foreach (var (attestation, _) in Read(folder).Where(entry => entry.Said.Attests(build.Build) && entry.Said.Until() > now))
        {
            bytes += attestation.Statement.Length + attestation.Key.Length + attestation.Signature.Length;
            if (fitting.Count == ServerLimits.Attestations || bytes > ServerLimits.AttestationBytes)
            {
                break;
            }

            fitting.Add(attestation);
        }

        return fitting;
    }

    /// <summary>All of them, and what they say.</summary>
    /// <exception cref="OperationException">The file is damaged.</exception>
    public static IReadOnlyList<(BuildAttestation Attestation, BuildStatementJson Said)> Read(DataFolder folder)
    {
        if (!File.Exists(folder.Attestations))
        {
            return [];
        }

        try
        {
            var all = JsonSerializer.Deserialize(
                File.ReadAllBytes(folder.Attestations), DescriptorJsonContext.Default.ListBuildAttestation) ?? [];
            return [.. all.Select(attestation => (attestation, Said: attestation?.Read()!)).Where(entry => entry.Said is not null)];
        }
        catch (JsonException wrong)
        {
            throw new OperationException(
                $"{folder.Attestations} is damaged. Delete it, and add the attestations again.", ExitCode.Damaged, wrong);
        }
    }

    /// <summary>Adds one, once; what has expired goes.</summary>
    /// <exception cref="OperationException">There are too many.</exception>
    public static void Add(DataFolder folder, BuildAttestation attestation, DateTimeOffset now)
    {
        List<BuildAttestation> kept =
        [
            .. Read(folder).Where(entry => entry.Said.Until() > now
                && !(entry.Attestation.Statement.AsSpan().SequenceEqual(attestation.Statement)
                    && entry.Attestation.Key.AsSpan().SequenceEqual(attestation.Key))).Select(entry => entry.Attestation),
            attestation,
        ];
        if (kept.Count > ServerLimits.KeptAttestations)
        {
            throw new OperationException(
                $"There are {ServerLimits.KeptAttestations} attestations, which is the most. `fluister-server attest remove` takes those "
                + "of a rebuilder away.",
                ExitCode.Denied);
        }

        Write(folder, kept);
    }

    /// <summary>Takes away all that a rebuilder has said.</summary>
    /// <returns>How many there were.</returns>
    public static int Remove(DataFolder folder, ReadOnlySpan<byte> key)
    {
        var (all, others) = (Read(folder), new List<BuildAttestation>());
        foreach (var (attestation, _) in all)
        {
            if (!attestation.Key.AsSpan().SequenceEqual(key))
            {
                others.Add(attestation);
            }
        }

        Write(folder, others);
        return all.Count - others.Count;
    }

    /// <summary>Reads one, as a rebuilder gave it.</summary>
    /// <exception cref="InvalidDataException">It is none, or was changed.</exception>
    public static (BuildAttestation Attestation, BuildStatementJson Said) Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, DescriptorJsonContext.Default.BuildAttestation) is { } attestation)
            {
                return attestation.Read() is { } said
                    ? (attestation, said)
                    : throw new InvalidDataException("This attestation was not signed with the key that it names, or is of another form.");
            }
        }
        catch (JsonException)
        {
            // As what is JSON and no attestation.
        }

        throw new InvalidDataException("This is no attestation.");
    }

    private static void Write(DataFolder folder, List<BuildAttestation> all) => DataFolder.Write(
        folder.Attestations, JsonSerializer.SerializeToUtf8Bytes(all, DescriptorJsonContext.Default.ListBuildAttestation));
}
