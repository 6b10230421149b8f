using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop.Keys;
using Fluister.Cryptography;
using Fluister.SqlCipher;

namespace Fluister.Archive.SignalDesktop;

/// <summary>How to open a profile.</summary>
public sealed record SignalDesktopOptions
{
    /// <summary>Where keys may come from.</summary>
    public KeyOptions Keys { get; init; } = new();

    /// <summary>Read on past damaged pages; they are counted in <see cref="SignalDesktopArchive.DamagedPages"/>.</summary>
    public bool Salvage { get; init; }
}

/// <summary>A profile of Signal Desktop, of any generation, live or copied. Never written to.</summary>
/// <remarks>
/// One read transaction lasts from opening to disposal: everything read belongs to one state of the store,
/// however much Signal writes meanwhile.
/// Not safe for use by several threads at once.
/// </remarks>
public sealed partial class SignalDesktopArchive : ConversationArchive
{
    private readonly string _folder;
    private readonly Secret _key;
    private readonly CipherDatabase _database;
    private readonly Schema _schema;
    private People _people;
    private MessageDecoder _decoder;
    private readonly bool _isSalvage;
    private IDisposable _state;

    private SignalDesktopArchive(string folder, Secret key, CipherDatabase database, bool isSalvage)
    {
        _isSalvage = isSalvage;
        _folder = folder;
        _key = key;
        _database = database;
        _state = database.Snapshot();
        _schema = Schema.Probe(database);
        if (!_schema.Has("messages", "json") || !_schema.Has("conversations", "id"))
        {
            throw new ArchiveException(ArchiveError.Unsupported,
                $"{Path.Combine(folder, "sql", "db.sqlite")} opens, but has no tables of Signal Desktop. "
                    + "Point --source at a Signal Desktop profile.");
        }

        _people = People.Read(database, _schema, isSalvage);
        _decoder = new MessageDecoder(database, _schema, _people, OpenAttachment);
    }

    /// <inheritdoc/>
    public override Participant Self => _people.Self;

    /// <inheritdoc/>
    public override IReadOnlyList<Conversation> Conversations => _people.Conversations;

    /// <summary>PRAGMA user_version of the store.</summary>
    public int SchemaVersion => _schema.Version;

    /// <summary>Numbers of pages that were not authentic so far.</summary>
    public IReadOnlyCollection<uint> DamagedPages => _database.DamagedPages;

    private string StorePath => Path.Combine(_folder, "sql", "db.sqlite");

    /// <summary>Opens a profile: the folder with config.json and sql/db.sqlite.</summary>
    /// <exception cref="ArchiveException">Not a profile, no key opens it, or the store is damaged.</exception>
    public static SignalDesktopArchive Open(string folder, SignalDesktopOptions options)
    {
        var path = Path.Combine(folder, "sql", "db.sqlite");
        if (!File.Exists(path))
        {
            throw new ArchiveException(ArchiveError.NotFound, Directory.Exists(folder)
                ? $"{folder} is not a Signal Desktop profile: there is no sql/db.sqlite in it. "
                + "Point --source at the folder that holds config.json."
                : $"There is no folder {folder}. Point --source at a Signal Desktop profile.");
        }

        return Translate(path, () =>
        {
            var key = ProfileKey.Find(folder, options.Keys, candidate => CipherDatabase.Verify(path, candidate));
            CipherDatabase? database = null;
            try
            {
                database = CipherDatabase.Open(path, key, new CipherOptions { Salvage = options.Salvage });
                return new SignalDesktopArchive(folder, key, database, options.Salvage);
            }
            catch
            {
                database?.Dispose();
                key.Dispose();
                throw;
            }
        });
    }

    /// <summary>A key for files of our own about this store, such as an index of it. It opens nothing of Signal's.</summary>
    /// <param name="purpose">Names the file format; other purposes give other keys.</param>
    public Secret DeriveKey(string purpose)
    {
        Span<byte> derived = stackalloc byte[32];
        System.Security.Cryptography.HKDF.DeriveKey(System.Security.Cryptography.HashAlgorithmName.SHA256, _key.Reveal(), derived, [],
            System.Text.Encoding.UTF8.GetBytes("Fluister " + purpose));
        var secret = new Secret(derived);
        derived.Clear();
        return secret;
    }

    /// <inheritdoc/>
    public override Stream? OpenAttachment(Attachment attachment) =>
        AttachmentCipher.Open(Path.Combine(_folder, AttachmentCipher.Attachments), attachment);

    /// <summary>Lets go of the state of the store that was read, so that Signal may tidy up;
    /// <see cref="Refresh"/> takes the newest.</summary>
    public void Release() => _state.Dispose();

    /// <summary>Moves on to the newest state of the store.</summary>
    public void Refresh() => Translate(StorePath, () =>
    {
        Release();
        _state = _database.Snapshot();
        _timeline = null;
        _oddPlaces = null;
        _decoder.Dispose();
        _people = People.Read(_database, _schema, _isSalvage);
        _decoder = new MessageDecoder(_database, _schema, _people, OpenAttachment);
        return true;
    });

    /// <summary>Makes a read in progress end with an error; from any thread.</summary>
    public void Interrupt() => _database.Interrupt();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _decoder.Dispose();
            _database.Dispose();
            _key.Dispose();
        }
    }

    /// <summary>Runs with errors of the store told as errors of the archive.</summary>
    private static T Translate<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (CipherException e)
        {
            throw Translated(path, e);
        }
    }

    private static ArchiveException Translated(string path, CipherException e)
    {
        var error = e.Error switch
        {
            CipherError.NotFound => ArchiveError.NotFound,
            CipherError.WrongKey => ArchiveError.WrongKey,
            CipherError.Denied or CipherError.Busy => ArchiveError.Denied,
            _ => ArchiveError.Damaged,
        };
        return new ArchiveException(error, e.Message.Contains(path, StringComparison.Ordinal) ? e.Message : $"{path}: {e.Message}", e);
    }
}
