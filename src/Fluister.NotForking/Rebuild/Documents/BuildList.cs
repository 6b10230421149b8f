namespace Fluister.NotForking.Rebuild.Documents;

/// <summary>builds.json: which build hash a program states that runs from which artifact.</summary>
internal static class BuildList
{
    /// <summary>Writes it.</summary>
    /// <param name="source">What was built.</param>
    /// <param name="builds">Build hashes by the name of the artifact.</param>
    public static byte[] Write(Source source, IReadOnlyDictionary<string, string> builds) => JsonText.Write(json => json.Object(() =>
    {
        json.WriteString("sourceTree", source.Tree);
        json.Array("builds", builds.OrderBy(build => build.Key, StringComparer.Ordinal), build => json.Object(() =>
        {
            json.WriteString("artifact", build.Key);
            json.WriteString("buildHash", build.Value);
        }));
    }));
}
