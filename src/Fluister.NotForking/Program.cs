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
            var selection = new Selection(
                recipe, new UpstreamOptions(Path.GetFullPath("cache"), IsOffline: false, IsUpdating: true, Mirrors: []));
            var (block, upstream, revision) = selection.Find(selection.Versions[^1]);
            var tree = upstream.CheckOut(revision);
            if (block.Keys.TryGetValue("subtree", out var subtree))
            {
                tree = tree.Below(subtree);
            }

            var scratch = Directory.CreateTempSubdirectory("not-fork");
            var workspace = new Workspace(tree, scratch.FullName, isStrict: recipe.Dialect > 0);
            var run = new ModificationRun(revision.Version, revision.Commit, Parameters.None);
            foreach (var modification in Methods.ReadAll(recipe))
            {
                modification.Apply(workspace, run);
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
