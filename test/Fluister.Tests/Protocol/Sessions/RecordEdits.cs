using Fluister.Protocol.Encoding;

namespace Fluister.Tests.Protocol.Sessions;

/// <summary>Session records with a part of the current session changed, by libsignal's field numbers.</summary>
internal static class RecordEdits
{
    public const uint RootKey = 4;
    public const uint SenderChain = 6;
    public const uint SpqrState = 15;

    public static byte[] WithoutField(byte[] record, uint field) => Edit(record, field, null);

    public static byte[] WithField(byte[] record, uint field, byte[] value) => Edit(record, field, writer => writer.Bytes(field, value));

    public static byte[] WithVersion(byte[] record, byte version) => Edit(record, 1, writer => writer.UInt64(1, version));

    private static byte[] Edit(byte[] record, uint field, Action<ProtoWriter>? value)
    {
        using var result = new ProtoWriter();
        var reader = new ProtoReader(record);
        while (reader.Next())
        {
            var session = reader.Bytes();
            if (reader.Field != 1)
            {
                result.Bytes(reader.Field, session);
                continue;
            }

            using var edited = new ProtoWriter();
            Copy(session, edited, field);
            value?.Invoke(edited);
            result.Bytes(1, edited.Written);
        }

        return result.ToArray();
    }

    private static void Copy(ReadOnlySpan<byte> session, ProtoWriter edited, uint except)
    {
        var reader = new ProtoReader(session);
        while (reader.Next())
        {
            if (reader.Field == except)
            {
                reader.Skip();
            }
            else if (reader.Field is 1 or 5 or 10 or 11)
            {
                edited.UInt64(reader.Field, reader.UInt64());
            }
            else
            {
                edited.Bytes(reader.Field, reader.Bytes());
            }
        }
    }
}
