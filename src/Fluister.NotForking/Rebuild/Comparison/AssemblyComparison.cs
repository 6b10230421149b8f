using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Fluister.NotForking.Rebuild.Comparison;

/// <summary>Compares .NET assemblies: attributes, the paths that the compiler saw, strings, resources, code.</summary>
internal static class AssemblyComparison
{
    /// <summary>The first difference that can be named; null where they have none that this knows of, or are no assemblies.</summary>
    public static Difference? Compare(string name, byte[] first, byte[] second)
    {
        using var one = new PEReader(new MemoryStream(first));
        using var other = new PEReader(new MemoryStream(second));
        if (!one.HasMetadata || !other.HasMetadata)
        {
            return null;
        }

        var (here, there) = (one.GetMetadataReader(), other.GetMetadataReader());
        return Lists(name, "the source file", Documents(one), Documents(other))
            ?? Lists(name, "the assembly's attribute", Attributes(here), Attributes(there))
            ?? Lists(name, "the reference", References(here), References(there))
            ?? Lists(name, "the type", Types(here), Types(there))
            ?? Lists(name, "the constant string", Strings(here), Strings(there))
            ?? Resources(name, one, other)
            ?? Sections(name, one, other);
    }

    private static Difference? Lists(string name, string what, List<string> first, List<string> second)
    {
        var one = first.Except(second, StringComparer.Ordinal).FirstOrDefault();
        var other = second.Except(first, StringComparer.Ordinal).FirstOrDefault();
        return one is null && other is null ? null : new Difference(
            name, $"{what} {Quoted(one)} is in the one, {Quoted(other)} in the other.{ByteComparison.Suspicion(one, other)}");
    }

    private static string Quoted(string? text) => text is null ? "(none)" : $"\"{(text.Length > 200 ? text[..200] + "..." : text)}\"";

    private static List<string> Attributes(MetadataReader reader) =>
    [
        .. reader.GetAssemblyDefinition().GetCustomAttributes().Select(handle =>
        {
            var attribute = reader.GetCustomAttribute(handle);
            var type = attribute.Constructor.Kind == HandleKind.MemberReference
                ? reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent : default;
            var typeName = type.Kind == HandleKind.TypeReference
                ? reader.GetString(reader.GetTypeReference((TypeReferenceHandle)type).Name) : "?";

            return $"{typeName}: {Text(reader, attribute)}";
        }),
    ];

    /// <summary>The strings of an attribute that has only strings; of others the bytes (ECMA-335, II.23.2.1 and II.23.3).</summary>
    private static string Text(MetadataReader reader, CustomAttribute attribute)
    {
        var value = reader.GetBlobReader(attribute.Value);
        if (attribute.Constructor.Kind == HandleKind.MemberReference)
        {
            var signature = reader.GetBlobReader(reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Signature);
            _ = signature.ReadSignatureHeader();
            var count = signature.ReadCompressedInteger();
            _ = signature.ReadByte();
            if (signature.ReadBytes(signature.RemainingBytes).All(type => type == (byte)SignatureTypeCode.String))
            {
                _ = value.ReadUInt16();
                return string.Join(' ', Enumerable.Range(0, count).Select(_ => value.ReadSerializedString()));
            }
        }

        return Convert.ToHexStringLower(reader.GetBlobBytes(attribute.Value));
    }

    private static List<string> References(MetadataReader reader) =>
        [.. reader.AssemblyReferences.Select(handle => reader.GetAssemblyReference(handle))
        .Select(reference => $"{reader.GetString(reference.Name)} {reference.Version}")];

    private static List<string> Types(MetadataReader reader) =>
        [.. reader.TypeDefinitions.Select(handle => reader.GetTypeDefinition(handle))
        .Select(type => $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}")];

    private static List<string> Strings(MetadataReader reader)
    {
        List<string> strings = [];
        for (var handle = MetadataTokens.UserStringHandle(1); !handle.IsNil
            && MetadataTokens.GetHeapOffset(handle) < reader.GetHeapSize(HeapIndex.UserString);
            handle = reader.GetNextHandle(handle))
        {
            strings.Add(reader.GetUserString(handle));
        }

        return strings;
    }

    /// <summary>The paths in the embedded debug information, or the path of the file that has it.</summary>
    private static List<string> Documents(PEReader assembly)
    {
        List<string> documents = [];
        foreach (var entry in assembly.ReadDebugDirectory())
        {
            if (entry.Type == DebugDirectoryEntryType.CodeView)
            {
                documents.Add(assembly.ReadCodeViewDebugDirectoryData(entry).Path);
            }
            else if (entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb)
            {
                using var provider = assembly.ReadEmbeddedPortablePdbDebugDirectoryData(entry);
                var reader = provider.GetMetadataReader();
                documents.AddRange(reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name)));
            }
        }

        return documents;
    }

    private static Difference? Resources(string name, PEReader first, PEReader second)
    {
        var (one, other) = (ResourceBytes(first), ResourceBytes(second));
        return one.AsSpan().SequenceEqual(other) ? null : ByteComparison.Compare($"{name}: resources", one, other);
    }

    private static byte[] ResourceBytes(PEReader assembly) =>
        assembly.PEHeaders.CorHeader is { ResourcesDirectory: { Size: > 0 } directory }
            ? [.. assembly.GetSectionData(directory.RelativeVirtualAddress).GetContent(0, directory.Size)] : [];

    private static Difference? Sections(string name, PEReader first, PEReader second)
    {
        foreach (var (one, other) in first.PEHeaders.SectionHeaders.Zip(second.PEHeaders.SectionHeaders))
        {
            byte[] here = [.. first.GetSectionData(one.Name).GetContent()];
            byte[] there = [.. second.GetSectionData(other.Name).GetContent()];
            if (!here.AsSpan().SequenceEqual(there))
            {
                return ByteComparison.Compare($"{name}: section {one.Name}", here, there);
            }
        }

        return new Difference(name, "only the headers differ: the time stamp or the checksum.");
    }
}
