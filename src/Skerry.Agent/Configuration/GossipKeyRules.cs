using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

using Skerry.Agent.Configuration.Schema;

namespace Skerry.Agent.Configuration;

/// <summary>Reads the keys of gossip from where the configuration says they are.</summary>
internal static class GossipKeyRules
{
    private const string GossipKeyAllowed = "16, 24 or 32 bytes in base64";

    public static ImmutableArray<ReadOnlyMemory<byte>> Read(AgentConfiguration model, MeshSecrets mesh, BindingContext context)
    {
        var ring = ReadRing(model.Gossip, context);
        // A Serf cluster has its keys already; those of the mesh then stay for what is not Serf's.
        return ring.IsEmpty ? mesh.GossipKeys : ring;
    }

    private static ImmutableArray<ReadOnlyMemory<byte>> ReadRing(GossipConfiguration gossip, BindingContext context)
    {
        if (!gossip.EncryptKeys.IsEmpty && gossip.KeyringFile is not null) context.Refuse("gossip.keyringFile", "stands beside gossip.encryptKeys", "one of them");
        var ring = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        var texts = gossip.KeyringFile is { } file ? ReadKeyring(file, context) : gossip.EncryptKeys;
        for (var i = 0; i < texts.Length; i++)
        {
            var path = gossip.KeyringFile is null ? string.Create(CultureInfo.InvariantCulture, $"gossip.encryptKeys[{i}]") : "gossip.keyringFile";
            if (SecretText.Decode(texts[i]) is not { } bytes) context.Refuse(path, "does not hold base64", GossipKeyAllowed);
            else if (bytes.Length is not (16 or 24 or 32)) context.Refuse(path, $"holds a key of {bytes.Length} bytes", GossipKeyAllowed);
            else ring.Add(bytes);
        }

        return ring.ToImmutable();
    }

    private static ImmutableArray<string> ReadKeyring(string file, BindingContext context)
    {
        const string Path = "gossip.keyringFile";
        if (SecretText.Read(file, Path, context) is not { } text) return [];
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
}
