using System.Text.Json;
using Fluister.Protocol;
using Fluister.Protocol.Encoding;

namespace Fluister.Tests.Protocol.Spqr;

/// <summary>Finds the ratchet's parts in session records of the official package.</summary>
internal static class SpqrRecords
{
    private const uint CurrentSessionField = 1;
    private const uint PostQuantumField = 15;

    /// <summary>The state in a session record; null where the bytes are no record or hold none.</summary>
    public static byte[]? State(ReadOnlySpan<byte> record)
    {
        var session = Part(record, CurrentSessionField);
        return session.IsEmpty || Part(session, PostQuantumField) is not { IsEmpty: false } state ? null : state.ToArray();
    }

    /// <summary>Whether a state has neither sent nor received anything.</summary>
    public static bool IsBegun(ReadOnlySpan<byte> state) => !Part(state, 1).IsEmpty && Chain(state).IsEmpty;

    /// <summary>The handshake's secret in a state that has not heard from the peer.</summary>
    public static byte[] Secret(ReadOnlySpan<byte> state) => Part(Part(state, 1), 1).ToArray();

    /// <summary>The message keys in a state.</summary>
    public static ReadOnlySpan<byte> Chain(ReadOnlySpan<byte> state) => Part(state, 2);

    /// <summary>The state of the braid in a state.</summary>
    public static ReadOnlySpan<byte> Braid(ReadOnlySpan<byte> state) => Part(state, 3);

    /// <summary>Which of the eleven states of the braid a state holds.</summary>
    public static int BraidState(byte[] state) => Braid(state)[0] >> 3;

    /// <summary>All texts under the names "record", "before" and "after", at any depth, as bytes.</summary>
    public static IEnumerable<byte[]> Bytes(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Bytes),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static property =>
            property.Name is "record" or "before" or "after" && property.Value.ValueKind == JsonValueKind.String
                ? [property.Value.GetBytesFromBase64()]
                : Bytes(property.Value)),
        _ => [],
    };

    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> bytes, uint field)
    {
        ReadOnlySpan<byte> part = default;
        var reader = new ProtoReader(bytes);
        try
        {
            while (reader.Next())
            {
                if (reader.Field == field)
                {
                    part = reader.Bytes();
                }
                else
                {
                    reader.Skip();
                }
            }
        }
        catch (ProtocolException)
        {
            return default;
        }

        return part;
    }
}
