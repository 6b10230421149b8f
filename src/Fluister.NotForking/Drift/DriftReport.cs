using System.Text.Json.Nodes;

namespace Fluister.NotForking.Drift;

/// <summary>How each modification fits each version.</summary>
/// <param name="Name">NAME.</param>
/// <param name="Versions">Oldest first.</param>
/// <param name="Modifications">Their files' names in the recipe's folder, in the order of bytes.</param>
/// <param name="Cells">First by version, then by modification.</param>
internal sealed record DriftReport(
    string Name, IReadOnlyList<string> Versions, IReadOnlyList<string> Modifications, IReadOnlyList<IReadOnlyList<DriftCell>> Cells)
{
    /// <summary>Versions in a row for which a modification gives the same sentence.</summary>
    public IEnumerable<(string Modification, string From, string To, DriftCell Cell)> Runs()
    {
        for (var modification = 0; modification < Modifications.Count; modification++)
        {
            for (var from = 0; from < Versions.Count;)
            {
                var (cell, to) = (Cells[from][modification], from);
                while (to + 1 < Versions.Count && Cells[to + 1][modification] == cell)
                {
                    to++;
                }

                yield return (Modifications[modification], Versions[from], Versions[to], cell);
                from = to + 1;
            }
        }
    }

    /// <summary>The report for programs.</summary>
    public JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["modifications"] = new JsonArray([.. Modifications.Select(modification => (JsonNode)modification)]),
        ["versions"] = new JsonArray([.. Versions.Select((version, at) => new JsonObject
        {
            ["version"] = version,
            ["cells"] = new JsonArray([.. Cells[at].Select(cell => new JsonObject
            {
                ["status"] = cell.Word, ["sentence"] = cell.Sentence,
            })]),
        })]),
    };
}
