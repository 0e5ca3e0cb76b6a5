using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

using Microsoft.Extensions.Logging;

using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

namespace Skerry.Gossip.Driver;

/// <summary>The keys of this node and the file they live in: Serf's, a JSON array of base64 texts, the primary first.</summary>
internal sealed class KeyStore
{
    private readonly Lock _gate = new();
    private readonly string? _path;
    private readonly ILogger _logger;
    private Keyring _ring;

    private KeyStore(Keyring ring, string? path, ILogger logger)
    {
        _ring = ring;
        _path = path;
        _logger = logger;
    }

    /// <summary>The keys now; replaced whole at each change.</summary>
    public Keyring Ring => Volatile.Read(ref _ring);

    /// <summary>Takes the keys from the file if it is there, else from the options, which then go into the file.</summary>
    /// <exception cref="GossipException">A key is none, or the file cannot be read: gossip in clear instead would be worse than not starting.</exception>
    public static KeyStore Open(GossipOptions options, ILogger logger)
    {
        var path = options.KeyringPath;
        if (path is not null && File.Exists(path)) return new KeyStore(Load(path), path, logger);
        if (!Keyring.TryCreate(options.Keys.Select(key => ByteString.CopyOf(key.Span)), out var ring))
            throw new GossipException("A gossip key must have 16, 24 or 32 bytes, written in base64; `skerry keygen` makes one.");
        var store = new KeyStore(ring, path, logger);
        if (path is not null && !ring.IsEmpty && !store.TrySave(ring, out var failure))
            throw new GossipException($"The keyring {path} cannot be written: {failure} Make its directory writable, or unset gossip.keyring.");
        return store;
    }

    /// <summary>Does what a key query of a member asks for, first in the file, then here.</summary>
    public KeyResponse Change(KeyOperation operation)
    {
        lock (_gate)
        {
            if (_ring.IsEmpty) return Refused("encryption is not enabled");
            if (operation.Query.Name == "_serf_list-keys")
                return new KeyResponse(true, "", [.. _ring.Keys.Select(Encode)], Encode(_ring.Primary));
            if (!TryChange(operation, out var changed, out var refusal)) return Refused(refusal);
            if (ReferenceEquals(changed, _ring)) return new KeyResponse(true, "", [], "");
            if (_path is not null && !TrySave(changed, out var failure)) return Refused($"the keyring cannot be written: {failure}");
            Volatile.Write(ref _ring, changed);
            GossipLog.KeysChanged(_logger, operation.Query.Name, changed.Keys.Length);
            return new KeyResponse(true, "", [], "");
        }
    }

    /// <summary>Puts other keys in the place of all, for this run: the file, if there is one, stays as it is.</summary>
    /// <returns>False when one of them is no key, or there were none or would be none: gossip does not go over to clear, nor from it.</returns>
    public bool TryReplace(IEnumerable<ByteString> keys)
    {
        lock (_gate)
        {
            if (_ring.IsEmpty || !Keyring.TryCreate(keys, out var ring) || ring.IsEmpty) return false;
            if (ring.Keys.SequenceEqual(_ring.Keys)) return true;
            Volatile.Write(ref _ring, ring);
            GossipLog.KeysChanged(_logger, "configuration", ring.Keys.Length);
            return true;
        }
    }

    private bool TryChange(KeyOperation operation, [NotNullWhen(true)] out Keyring? changed, out string refusal)
    {
        switch (operation.Query.Name)
        {
            case "_serf_install-key":
                refusal = "a key has 16, 24 or 32 bytes";
                return _ring.TryAdd(operation.Key, out changed);
            case "_serf_use-key":
                refusal = "the key is not installed";
                return _ring.TryUse(operation.Key, out changed);
            case "_serf_remove-key":
                refusal = "the key is the primary: make another one the primary first";
                return _ring.TryRemove(operation.Key, out changed);
            default:
                refusal = "unknown key operation";
                changed = null;
                return false;
        }
    }

    private static Keyring Load(string path)
    {
        try
        {
            var keys = JsonSerializer.Deserialize<string[]>(File.ReadAllBytes(path)) ?? [];
            if (keys.Length > 0 && Keyring.TryCreate(keys.Select(key => ByteString.Own(Convert.FromBase64String(key))), out var ring)) return ring;
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new GossipException($"The keyring {path} cannot be read: {unreadable.Message} {Expected}", unreadable);
        }

        throw new GossipException($"The keyring {path} holds no usable keys. {Expected}");
    }

    private const string Expected = "It must be a JSON array of base64 keys of 16, 24 or 32 bytes, the primary first. Mend it, or move it away to start from the configured key.";

    /// <summary>Writes a new file, readable by its owner only, and puts it in the old one's place once it is on the disk.</summary>
    private bool TrySave(Keyring ring, out string failure)
    {
        failure = "";
        var temporary = _path + ".new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path!))!);
            var owner = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) owner.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(temporary, owner))
            {
                JsonSerializer.Serialize(file, ring.Keys.Select(Encode).ToArray());
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, _path!, overwrite: true);
            return true;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            failure = unwritable.Message;
            return false;
        }
    }

    private static KeyResponse Refused(string why) => new(false, why, [], "");

    private static string Encode(ByteString key) => Convert.ToBase64String(key.Span);
}
