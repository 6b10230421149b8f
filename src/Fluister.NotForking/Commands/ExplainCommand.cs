using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Fluister.NotForking.Locks;

namespace Fluister.NotForking.Commands;

/// <summary>not-fork explain</summary>
internal static class ExplainCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommonOptions common)
    {
        var name = new Argument<string>("NAME") { Description = "The recipe" };
        var path = new Argument<string>("FILE") { Description = "A file of the result, from the top of its tree" };
        var version = new Option<string?>("-v", "--version")
        {
            Description = "The version; default: the latest that is locked, or the latest",
        };
        var line = new Option<int?>("--line") { Description = "Only this line" };
        var changed = new Option<bool>("--changed") { Description = "Only lines that a modification made, and where it took lines away" };
        var command = new Command("explain", """
            Show which modification made which line of a file of the result: the .mod file and the line of the edit. Lines without one are
            upstream's.

              not-fork explain libsignal rust/net/src/env.rs --changed
              not-fork explain libsignal rust/net/src/env.rs --line 120
            """) { name, path, version, line, changed };
        command.SetAction(parsed =>
        {
            var settings = common.Read(parsed);
            var request = settings.Request(parsed.GetValue(name)!, parsed.GetValue(version));
            using var tree = MassagedTree.CheckOut(MassagedTree.Locked(request));
            var origins = new History(tree).Explain(parsed.GetValue(path)!);
            var number = parsed.GetValue(line);
            if (number < 1 || number > origins.By.Count)
            {
                throw new NotForkException(ExitCode.Usage, $"The file has {origins.By.Count} lines; there is no line {number}.");
            }

            if (settings.IsJson)
            {
                Console.Out.WriteLine(Json(origins, number, parsed.GetValue(changed)).ToJsonString());
            }
            else
            {
                Write(origins, number, parsed.GetValue(changed));
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    private static JsonObject Json(LineOrigins origins, int? number, bool isChanged) => new()
    {
        ["lines"] = new JsonArray([.. Lines(origins, number, isChanged).Select(at => new JsonObject
        {
            ["line"] = at + 1, ["text"] = Text(origins, at), ["by"] = By(origins.By[at]),
        })]),
        ["removed"] = new JsonArray([.. origins.Removed.Where(mark => number is null || mark.Before + 1 == number)
            .Select(mark => new JsonObject { ["before"] = mark.Before + 1, ["count"] = mark.Count, ["by"] = By(mark.By) })]),
    };

    private static JsonObject? By(Place? place) =>
        place is { } by ? new JsonObject { ["file"] = by.File, ["line"] = by.Line } : null;

    private static void Write(LineOrigins origins, int? number, bool isChanged)
    {
        var places = origins.By.OfType<Place>().Concat(origins.Removed.Select(mark => mark.By));
        var width = places.Select(Short).Append("").Max(text => text.Length);
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        foreach (var at in Lines(origins, number, isChanged))
        {
            Removed(at);
            var by = origins.By[at] is { } place ? Short(place) : "";
            output.Write(string.Create(CultureInfo.InvariantCulture, $"{by.PadRight(width)} {at + 1,6}  {Text(origins, at)}\n"));
        }

        Removed(origins.By.Count);

        void Removed(int at)
        {
            foreach (var mark in origins.Removed.Where(mark => mark.Before == at && (number is null || number == at + 1)))
            {
                output.Write(string.Create(
                    CultureInfo.InvariantCulture, $"{Short(mark.By).PadRight(width)}      -  ({mark.Count} of upstream's lines gone)\n"));
            }
        }
    }

    private static IEnumerable<int> Lines(LineOrigins origins, int? number, bool isChanged) => Enumerable.Range(0, origins.By.Count)
        .Where(at => (number is null || number == at + 1) &&
            (!isChanged || origins.By[at] is not null || origins.Removed.Any(mark => mark.Before == at)));

    private static string Short(Place place) => new Place(Path.GetFileName(place.File), place.Line).ToString();

    private static string Text(LineOrigins origins, int at) => Encoding.UTF8.GetString(origins.Text[at].TrimEnd("\r\n"u8));
}
