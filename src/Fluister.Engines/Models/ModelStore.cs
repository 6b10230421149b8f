using System.Text.Json;
using Fluister.Engines.Gguf;

namespace Fluister.Engines.Models;

/// <summary>The models of one person: a folder with a folder for each, which holds what is known of it and, if asked, the file.</summary>
/// <remarks>A model's folder is made under another name and then renamed, so that a killed program leaves no half of a model; what it does
/// leave goes when the next one is added. Nothing is ever downloaded.</remarks>
public sealed class ModelStore
{
    /// <summary>Names the folder, instead of the usual one.</summary>
    public const string Variable = "FLUISTER_MODELS";

    private const string EntryName = "model.json";
    private const string CopyName = "model.gguf";
    private const string LockName = "lock";
    private const string Unfinished = ".unfinished-";
    private const int LongestEntry = 64 * 1024;
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private ModelStore(string folder) => Folder = folder;

    /// <summary>Where it is.</summary>
    public string Folder { get; }

    /// <summary>A folder, or the usual one; it need not exist yet.</summary>
    public static ModelStore Open(string? folder = null) => new(Path.GetFullPath(folder ?? Usual()));

    /// <summary>All models, by name.</summary>
    public IReadOnlyList<Model> List() => !Directory.Exists(Folder) ? [] :
        [.. Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path)).Where(ModelName.IsGood)
            .Where(name => File.Exists(In(name, EntryName))).Select(Read).OrderBy(model => model.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>Registers a file where it is, or copies it into the store.</summary>
    /// <param name="file">A GGUF file.</param>
    /// <param name="name">What to call it; null for the file's name.</param>
    /// <param name="copy">Whether to copy; else the file stays the only one.</param>
    /// <param name="progress">Told how many bytes have been read; may be null.</param>
    /// <param name="cancel">Takes back what was begun.</param>
    /// <exception cref="EngineException">No such file, no model, or a name that is taken or cannot be one.</exception>
    public Model Add(string file, string? name = null, bool copy = false, Action<long>? progress = null, CancellationToken cancel = default)
    {
        var path = LocalPath(file);
        var header = GgufFile.Open(path);
        name = ModelName.Choose(name, path);
        RequireFree(name);
        CreateFolder(Folder);
        RemoveUnfinished();
        var unfinished = Path.Combine(Folder, Unfinished + Path.GetRandomFileName());
        CreateFolder(unfinished);
        try
        {
            using var held = Lock(unfinished);
            var state = FileState.Of(path);
            var own = copy ? Path.Combine(unfinished, CopyName) : null;
            var sha256 = Hash(path, own, progress, cancel);
            if (FileState.Of(path) != state)
            {
                throw new EngineException(EngineError.BadModel, $"{path} changed while it was read. Add it when it is complete.");
            }

            var model = Model.Of(header, name, FileState.Of(own ?? path), sha256);
            model = model with { Path = copy ? In(name, CopyName) : path, IsCopy = copy };
            Write(unfinished, model);
            RequireFree(name);
            if (OperatingSystem.IsWindows())
            {
                // There, a folder with open files cannot be renamed.
                held.Dispose();
            }

            Directory.Move(unfinished, In(name));
            File.Delete(In(name, LockName));
            return model;
        }
        catch
        {
            Delete(unfinished);
            throw;
        }
    }

    /// <summary>Takes a model out of the store; its file goes too if it is a copy.</summary>
    /// <exception cref="EngineException">No such model.</exception>
    public Model Remove(string name)
    {
        var model = Named(name) ?? throw NoSuch(name);
        var removed = Path.Combine(Folder, Unfinished + Path.GetRandomFileName());
        Directory.Move(In(model.Name), removed);
        Delete(removed);
        return model;
    }

    /// <summary>The model of that name, or in that file, made sure to be what was added: by size and time, and by its hash where these
    /// differ.</summary>
    /// <param name="nameOrPath">A name of <see cref="List"/>, or a GGUF file.</param>
    /// <param name="progress">Told how many bytes have been read, if any must be; may be null.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="EngineException">No such model, or no longer the same.</exception>
    public Model Find(string nameOrPath, Action<long>? progress = null, CancellationToken cancel = default)
    {
        var model = Named(nameOrPath);
        if (model is null)
        {
            if (ModelName.IsGood(nameOrPath) && !File.Exists(nameOrPath))
            {
                throw NoSuch(nameOrPath);
            }

            var path = LocalPath(nameOrPath);
            model = List().FirstOrDefault(m => m.Path == path);
            if (model is null)
            {
                var header = GgufFile.Open(path);
                return Model.Of(header, Path.GetFileNameWithoutExtension(path), FileState.Of(path), Hash(path, null, progress, cancel));
            }
        }

        if (!File.Exists(model.Path))
        {
            throw new EngineException(EngineError.NotFound, $"The file of model {model.Name} is gone: {model.Path}. Put it back, or "
                + $"`fluister model remove {model.Name}`.");
        }

        var state = FileState.Of(model.Path);
        if (state == new FileState(model.Size, model.ModifiedAt))
        {
            return model;
        }

        if (state.Size != model.Size || Hash(model.Path, null, progress, cancel) != model.Sha256)
        {
            throw new EngineException(EngineError.BadModel, $"{model.Path} is not the file any more that was added as {model.Name}. If "
                + $"that is right, `fluister model remove {model.Name}` and add it again.");
        }

        return Update(model with { ModifiedAt = state.ModifiedAt });
    }

    /// <summary>The file of a model by name, or a file by its path; not looked into.</summary>
    /// <exception cref="EngineException">No such model or file.</exception>
    public string PathOf(string nameOrPath)
    {
        var path = Named(nameOrPath)?.Path ?? LocalPath(nameOrPath);
        return File.Exists(path) ? path : throw NoSuch(nameOrPath);
    }

    /// <summary>Notes what is now known of a model that is in the store.</summary>
    public Model Update(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Write(In(model.Name), model);
        return model;
    }

    private static string Usual()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
        {
            return chosen;
        }

        // XDG Base Directory Specification: a relative path is to be ignored.
        var own = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        if (OperatingSystem.IsLinux() && own is not null && Path.IsPathFullyQualified(own))
        {
            return Path.Combine(own, "fluister", "models");
        }

        var place = OperatingSystem.IsWindows() ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.UserProfile;
        string[] below = OperatingSystem.IsWindows() ? ["Fluister", "models"]
            : OperatingSystem.IsMacOS() ? ["Library", "Application Support", "Fluister", "models"]
            : [".local", "share", "fluister", "models"];
        return Path.Combine([Environment.GetFolderPath(place, Environment.SpecialFolderOption.DoNotVerify), .. below]);
    }

    private static string LocalPath(string file) => !file.Contains("://", StringComparison.Ordinal) ? Path.GetFullPath(file)
        : throw new EngineException(EngineError.NotFound, $"{file} is an address, and Fluister downloads no models. Get the file with a "
            + "program of your choice, and give its path.");

    private static EngineException NoSuch(string name) =>
        new(EngineError.NotFound, $"There is no model {name}. `fluister model list` shows those there are, `fluister model add` adds one.");

    /// <summary>Held as long as a folder is being made; the system lets go of it when the program dies.</summary>
    private static FileStream Lock(string folder) =>
        new(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static void Write(string folder, Model model)
    {
        var path = Path.Combine(folder, EntryName);
        using (var file = new FileStream(path + ".new", FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, model, ModelJson.Default.Model);
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    private static string Hash(string path, string? copy, Action<long>? progress, CancellationToken cancel)
    {
        if (copy is null)
        {
            return FileHash.Compute(path, null, progress, cancel);
        }

        try
        {
            using var output = new FileStream(copy, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            var hash = FileHash.Compute(path, output, progress, cancel);
            output.Flush(flushToDisk: true);
            return hash;
        }
        catch (IOException e)
        {
            throw new IOException($"{path} could not be copied, and nothing was added: {e.Message}", e);
        }
    }

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnFolder);
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // Goes when the next model is added.
        }
    }

    private string In(string name, string file = "") => Path.Combine(Folder, name, file);

    private Model? Named(string name)
    {
        var found = ModelName.IsGood(name) && Directory.Exists(Folder)
            ? Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path))
                .FirstOrDefault(n => string.Equals(n, name, StringComparison.OrdinalIgnoreCase))
            : null;
        return found is not null && File.Exists(In(found, EntryName)) ? Read(found) : null;
    }

    private Model Read(string name)
    {
        var path = In(name, EntryName);
        try
        {
            using var file = File.OpenRead(path);
            var model = file.Length <= LongestEntry ? JsonSerializer.Deserialize(file, ModelJson.Default.Model) : null;
            return model is null || !Path.IsPathFullyQualified(model.Path)
                ? throw new JsonException() : model with { Name = name, Path = model.IsCopy ? In(name, CopyName) : model.Path };
        }
        catch (JsonException e)
        {
            throw new EngineException(EngineError.BadModel,
                $"{path} is damaged. Delete the folder it is in, and add the model again.", e);
        }
    }

    private void RequireFree(string name)
    {
        if (Named(name) is { } taken)
        {
            throw new EngineException(EngineError.NotAllowed, $"There is a model {taken.Name} already ({taken.Path}). Choose another name "
                + $"with --name, or `fluister model remove {taken.Name}` first.");
        }
    }

    private void RemoveUnfinished()
    {
        foreach (var folder in Directory.EnumerateDirectories(Folder, Unfinished + "*"))
        {
            try
            {
                Lock(folder).Dispose();
                Delete(folder);
            }
            catch (IOException)
            {
                // Another program is at it.
            }
        }
    }
}
