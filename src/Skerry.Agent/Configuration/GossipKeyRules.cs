using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

using Skerry.Agent.Configuration.Schema;

namespace Skerry.Agent.Configuration;

/// <summary>Reads the keys of gossip from where the configuration says they are.</summary>
internal static class GossipKeyRules
{
    private const string GossipKeyAllowed = "16, 24 or 32 bytes in base64";
    private const string MeshKeyAllowed = "32 bytes in base64, as 'skerry keygen' prints them";

    public static (ImmutableArray<ReadOnlyMemory<byte>> Gossip, ReadOnlyMemory<byte> Mesh) Read(AgentConfiguration model, BindingContext context)
    {
        var mesh = ReadMeshKey(model, context);
        var ring = ReadRing(model.Gossip, context);
        // A Serf cluster has its keys already; the mesh key then stays for what is not Serf's.
        if (ring.IsEmpty && mesh is not null) ring = [MeshKey.DeriveGossipKey(mesh)];
        return (ring, mesh);
    }

    private static byte[]? ReadMeshKey(AgentConfiguration model, BindingContext context)
    {
        if (model.Key is not null && model.KeyFile is not null)
        {
            context.Refuse("keyFile", "stands beside key", "one of key and keyFile");
            return null;
        }

        var path = model.Key is not null ? "key" : "keyFile";
        var text = model.Key ?? (model.KeyFile is { } file ? ReadFile(file, path, context)?.Trim() : null);
        if (text is null) return null;
        if (Decode(text) is not { } bytes) context.Refuse(path, "does not hold base64", MeshKeyAllowed);
        else if (bytes.Length == MeshKey.Length) return bytes;
        else if (bytes.Length is 16 or 24) context.Refuse(path, $"holds {bytes.Length} bytes: a Serf gossip key belongs into gossip.encryptKeys", MeshKeyAllowed);
        else context.Refuse(path, $"holds {bytes.Length} bytes", MeshKeyAllowed);
        return null;
    }

    private static ImmutableArray<ReadOnlyMemory<byte>> ReadRing(GossipConfiguration gossip, BindingContext context)
    {
        if (!gossip.EncryptKeys.IsEmpty && gossip.KeyringFile is not null) context.Refuse("gossip.keyringFile", "stands beside gossip.encryptKeys", "one of them");
        var ring = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        var texts = gossip.KeyringFile is { } file ? ReadKeyring(file, context) : gossip.EncryptKeys;
        for (var i = 0; i < texts.Length; i++)
        {
            var path = gossip.KeyringFile is null ? string.Create(CultureInfo.InvariantCulture, $"gossip.encryptKeys[{i}]") : "gossip.keyringFile";
            if (Decode(texts[i]) is not { } bytes) context.Refuse(path, "does not hold base64", GossipKeyAllowed);
            else if (bytes.Length is not (16 or 24 or 32)) context.Refuse(path, $"holds a key of {bytes.Length} bytes", GossipKeyAllowed);
            else ring.Add(bytes);
        }

        return ring.ToImmutable();
    }

    private static ImmutableArray<string> ReadKeyring(string file, BindingContext context)
    {
        const string Path = "gossip.keyringFile";
        if (ReadFile(file, Path, context) is not { } text) return [];
        try
        {
            var keys = JsonSerializer.Deserialize<string[]>(text) ?? [];
            if (keys.Length == 0) context.Refuse(Path, $"'{file}' holds no key", "a JSON list of keys, the one to send with first");
            return [.. keys];
        }
        catch (JsonException)
        {
            context.Refuse(Path, $"'{file}' is not a JSON list of strings", "a JSON list of keys, the one to send with first");
            return [];
        }
    }

    private static string? ReadFile(string file, string path, BindingContext context)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            context.Refuse(path, "cannot be read: " + refused.Message, "a file the agent may read");
            return null;
        }
    }

    private static byte[]? Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > 0 ? bytes[..length] : null;
    }
}
