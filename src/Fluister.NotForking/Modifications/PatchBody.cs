using Fluister.NotForking.Configuration;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications;

/// <summary>What the two methods with patches take from their files.</summary>
internal static class PatchBody
{
    /// <summary>The options by which patches are read and applied: the `options` key; `list` is for the program only.</summary>
    /// <exception cref="NotForkException">An option is not understood.</exception>
    public static PatchOptions PatchOptions(this ModificationFile file, int dialect) => dialect > 0
        ? Texts.PatchOptions.Strict : PatchOptionsReader.Read(file.Keys.GetValueOrDefault("options", PatchOptionsReader.Usual), file.At("options"));

    /// <summary>Where the body begins.</summary>
    public static Place BodyPlace(this ModificationFile file) => file.Body.Count > 0 ? file.Body[0].Place : file.Place;

    /// <summary>The body's bytes.</summary>
    public static ReadOnlyMemory<byte> BodyBytes(this ModificationFile file) => file.Bytes.AsMemory(file.BodyOffset);
}
