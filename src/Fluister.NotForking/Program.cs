using Fluister.NotForking.Configuration;
using Fluister.NotForking.Modifications;
using Fluister.NotForking.Trees;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForking;

/// <summary>The program not-fork.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            var recipe = RecipeReader.Read("not-fork.d", arguments[0], new RecipeRequest());
            using var selection = new Selection(
                recipe, new UpstreamOptions(Path.GetFullPath("cache"), IsOffline: false, IsUpdating: true, Mirrors: []));
            var checkout = selection.CheckOut(selection.Choose(null, null));
            var scratch = Directory.CreateTempSubdirectory("not-fork");
            var workspace = new Workspace(checkout.Tree, scratch.FullName, isStrict: recipe.Dialect > 0);
            var run = new ModificationRun(checkout.Version, checkout.Commit, new Dictionary<string, string>(StringComparer.Ordinal));
            foreach (var file in recipe.Modifications)
            {
                Methods.Read(file, recipe.Dialect).Apply(workspace, run);
            }

            new Output("sources", recipe.Name).Install(workspace.Result);
            scratch.Delete(recursive: true);
            return (int)ExitCode.Done;
        }
        catch (NotForkException e)
        {
            Console.Error.WriteLine($"not-fork: {e.Line}");
            return (int)e.Code;
        }
    }
}
