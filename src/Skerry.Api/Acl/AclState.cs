using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;

using Skerry.Api.Acl.Rules;
using Skerry.Manifest;

namespace Skerry.Api.Acl;

/// <summary>Tokens and policies at a revision of the manifest. Never changes but for what it keeps of rules once put together.</summary>
internal sealed class AclState
{
    private readonly FrozenDictionary<string, AclToken> _byHash;
    private readonly FrozenDictionary<string, AclPolicy> _byName;
    private readonly ConcurrentDictionary<string, RuleSet> _rules = new();

    private AclState(long revision, long bootstrapIndex, Dictionary<string, AclPolicy> policies, Dictionary<string, AclToken> tokens, IReadOnlyList<string> unreadable)
    {
        (Revision, BootstrapIndex, Unreadable) = (revision, bootstrapIndex, unreadable);
        policies[AclPolicy.GlobalManagementId] = AclPolicy.GlobalManagement;
        tokens.TryAdd(AclToken.AnonymousId, AclToken.Anonymous);
        Policies = policies.ToFrozenDictionary();
        Tokens = tokens.ToFrozenDictionary();
        _byName = policies.Values.DistinctBy(policy => policy.Name).ToFrozenDictionary(policy => policy.Name);
        _byHash = tokens.Values.Where(token => token.SecretHash.Length > 0).DistinctBy(token => token.SecretHash).ToFrozenDictionary(token => token.SecretHash);
    }

    /// <summary>Nobody has made anything yet.</summary>
    public static AclState Empty { get; } = new(0, 0, [], [], []);

    /// <summary>The manifest's revision it was read at.</summary>
    public long Revision { get; }

    /// <summary>The revision of the last bootstrap; 0: there has been none.</summary>
    public long BootstrapIndex { get; }

    /// <summary>By id; the builtin one among them.</summary>
    public FrozenDictionary<string, AclPolicy> Policies { get; }

    /// <summary>By accessor; the anonymous one among them.</summary>
    public FrozenDictionary<string, AclToken> Tokens { get; }

    /// <summary>Keys whose values are neither, for the log: of a newer version, or damaged.</summary>
    public IReadOnlyList<string> Unreadable { get; }

    /// <summary>Reads what the manifest has. What <paramref name="before"/> has read already is not read again.</summary>
    public static AclState Read(RangeResult range, AclState before)
    {
        var policies = new Dictionary<string, AclPolicy>();
        var tokens = new Dictionary<string, AclToken>();
        var unreadable = new List<string>();
        var bootstrap = 0L;
        foreach (var entry in range.Entries)
        {
            var key = Encoding.UTF8.GetString(entry.Key.Span);
            if (key == AclRecords.BootstrapKey)
            {
                bootstrap = entry.ModRevision;
            }
            else if (key.StartsWith(AclRecords.PolicyPrefix, StringComparison.Ordinal))
            {
                var isKept = before.Policies.TryGetValue(key[AclRecords.PolicyPrefix.Length..], out var policy) && policy.ModifyIndex == entry.ModRevision;
                if (isKept || AclRecords.TryDecodePolicy(entry, out policy)) policies[policy!.Id] = policy;
                if (!isKept && policy is null or { Parsed.IsDefault: true }) unreadable.Add(key);
            }
            else if (key.StartsWith(AclRecords.TokenPrefix, StringComparison.Ordinal))
            {
                var isKept = before.Tokens.TryGetValue(key[AclRecords.TokenPrefix.Length..], out var token) && token.ModifyIndex == entry.ModRevision;
                if (isKept || AclRecords.TryDecodeToken(entry, out token)) tokens[token!.AccessorId] = token;
                else unreadable.Add(key);
            }
        }

        return new AclState(range.Revision, bootstrap, policies, tokens, unreadable);
    }

    /// <summary>A token by its secret's hash; null: there is none, or its time is over.</summary>
    public AclToken? FindToken(string hash, DateTimeOffset now) => _byHash.TryGetValue(hash, out var token) && !(token.Expires <= now) ? token : null;

    /// <summary>A policy by name.</summary>
    public AclPolicy? FindPolicy(string name) => _byName.GetValueOrDefault(name);

    /// <summary>What a token may do.</summary>
    public RuleSet RulesOf(AclToken token) => _rules.GetOrAdd(string.Join(' ', token.Policies), _ => Compile(token));

    private RuleSet Compile(AclToken token)
    {
        var policies = token.Policies.Select(id => Policies.GetValueOrDefault(id)).OfType<AclPolicy>().ToArray();
        // Which rules deny is not known where some cannot be read: nothing is granted then.
        return new RuleSet(policies.Any(policy => policy.Parsed.IsDefault) ? [] : policies.SelectMany(policy => policy.Parsed));
    }
}
