using Fluister.Client.Contents;
using Fluister.Client.Store;

namespace Fluister.Client.Expiring;

/// <summary>Deletes the files that were noted when their messages went (<see cref="FileRemovals"/>), but for those that another message
/// has too.</summary>
internal sealed class FileRemover(ClientStore store, Action<string> delete)
{
    /// <summary>Deletes what is noted. A file that cannot be deleted stays noted.</summary>
    /// <exception cref="ClientException">Store.</exception>
    public void Run()
    {
        while (store.Jobs.Waiting(FileRemovals.Queue, ClientLimits.FilesRemovedAtOnce) is { Count: > 0 } noted)
        {
            foreach (var (_, data) in noted)
            {
                if (JsonColumn.Text(data, "path") is { } path && !store.Messages.UsesFile(path))
                {
                    delete(path);
                }
            }

            store.Transact(() =>
            {
                foreach (var (id, _) in noted)
                {
                    store.Jobs.Remove(id);
                }
            });
        }
    }
}
