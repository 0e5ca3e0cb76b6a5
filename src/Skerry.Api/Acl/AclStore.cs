using System.Collections.Immutable;
using System.Security.Cryptography;

using Skerry.Api.Consul;
using Skerry.Manifest;

namespace Skerry.Api.Acl;

/// <summary>Changes tokens and policies: each by one transaction, so that names and secrets are there once, whoever else changes them at the same time.</summary>
/// <param name="manifest">What the group agrees on.</param>
/// <param name="replica">Goes by a change before its answer is given.</param>
/// <param name="time">When a token is made, and when it ends.</param>
internal sealed class AclStore(ManifestNode manifest, AclReplica replica, TimeProvider time)
{
    /// <summary>Tries where others change the same at the same time.</summary>
    private const int Tries = 8;

    /// <summary>Makes the first token, which may do everything.</summary>
    /// <param name="secret">Its secret.</param>
    /// <param name="resetIndex">Of the bootstrap that this one follows; 0: there must not have been one.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Null: there has been one, or another than the one named.</returns>
    public async Task<AclToken?> BootstrapAsync(string secret, long resetIndex, CancellationToken cancellation)
    {
        var token = new AclToken
        {
            AccessorId = NewId(),
            SecretHash = AclSecret.Hash(secret),
            Description = "Bootstrap Token (Global Management)",
            Policies = [AclPolicy.GlobalManagementId],
            Created = time.GetUtcNow(),
        };
        var done = await DoAsync(
            [Mod(AclRecords.BootstrapKey, resetIndex), .. NotThere(token)],
            [Put(AclRecords.BootstrapKey, AclRecords.Bytes(token.AccessorId)), .. Puts(token, lease: 0)],
            cancellation);
        return done ? replica.State.Tokens[token.AccessorId] : null;
    }

    /// <summary>Makes a token.</summary>
    /// <exception cref="ApiException">Its accessor or its secret is there already.</exception>
    public async Task<AclToken> CreateAsync(AclToken token, CancellationToken cancellation)
    {
        var lease = 0L;
        if (token.Expires is { } expires)
        {
            // The group takes it away when its time is over, on all nodes alike.
            lease = RandomNumberGenerator.GetInt32(1, int.MaxValue) * (long)RandomNumberGenerator.GetInt32(1, int.MaxValue);
            var granted = await manifest.GrantAsync(lease, (long)Math.Ceiling((expires - time.GetUtcNow()).TotalSeconds), cancellation);
            if (!granted.IsDone) throw ManifestErrors.Of(granted.Error);
        }

        if (!await DoAsync(NotThere(token), Puts(token, lease), cancellation)) throw new ApiException(400, "Invalid Token: AccessorID or SecretID is already in use");
        return replica.State.Tokens.GetValueOrDefault(token.AccessorId) ?? token;
    }

    /// <summary>Changes a token; its secret and its end stay.</summary>
    /// <returns>Null: there is none.</returns>
    public async Task<AclToken?> ChangeAsync(string accessor, Func<AclToken, AclToken> change, CancellationToken cancellation)
    {
        for (var i = 0; i < Tries; i++)
        {
            await ReadAsync(cancellation);
            if (!replica.State.Tokens.TryGetValue(accessor, out var token)) return null;
            var put = new PutOp { Key = AclRecords.Bytes(AclRecords.TokenPrefix + accessor), Value = AclRecords.Encode(change(token)), KeepsLease = token.ModifyIndex > 0 };
            if (await DoAsync([Mod(AclRecords.TokenPrefix + accessor, token.ModifyIndex)], [put], cancellation)) return replica.State.Tokens.GetValueOrDefault(accessor);
        }

        throw Contended();
    }

    /// <summary>Takes a token away.</summary>
    /// <returns>False: there is none.</returns>
    public async Task<bool> DeleteTokenAsync(string accessor, CancellationToken cancellation)
    {
        await ReadAsync(cancellation);
        if (!replica.State.Tokens.TryGetValue(accessor, out var token) || token.ModifyIndex == 0) return false;
        // Its hash never changes: nothing to compare.
        return await DoAsync([], [Delete(AclRecords.TokenPrefix + accessor), .. HashKey(token) is { } hash ? [Delete(hash)] : Array.Empty<ManifestOp>()], cancellation);
    }

    /// <summary>Makes a policy.</summary>
    /// <exception cref="ApiException">Its name is taken.</exception>
    public async Task<AclPolicy> CreateAsync(AclPolicy policy, CancellationToken cancellation)
    {
        var isDone = policy.Name != AclPolicy.GlobalManagement.Name && await DoAsync(
            [Mod(AclRecords.PolicyNamePrefix + policy.Name, 0), Mod(AclRecords.PolicyPrefix + policy.Id, 0)],
            [Put(AclRecords.PolicyNamePrefix + policy.Name, AclRecords.Bytes(policy.Id)), Put(AclRecords.PolicyPrefix + policy.Id, AclRecords.Encode(policy))],
            cancellation);
        return isDone ? replica.State.Policies.GetValueOrDefault(policy.Id) ?? policy : throw NameTaken(policy.Name);
    }

    /// <summary>Changes a policy.</summary>
    /// <returns>Null: there is none.</returns>
    /// <exception cref="ApiException">Its new name is taken.</exception>
    public async Task<AclPolicy?> ChangeAsync(string id, Func<AclPolicy, AclPolicy> change, CancellationToken cancellation)
    {
        for (var i = 0; i < Tries; i++)
        {
            await ReadAsync(cancellation);
            if (!replica.State.Policies.TryGetValue(id, out var policy)) return null;
            var changed = change(policy);
            List<Compare> compares = [Mod(AclRecords.PolicyPrefix + id, policy.ModifyIndex)];
            List<ManifestOp> ops = [Put(AclRecords.PolicyPrefix + id, AclRecords.Encode(changed))];
            if (changed.Name != policy.Name)
            {
                if (replica.State.FindPolicy(changed.Name) is not null) throw NameTaken(changed.Name);
                compares.Add(Mod(AclRecords.PolicyNamePrefix + changed.Name, 0));
                ops.Add(Put(AclRecords.PolicyNamePrefix + changed.Name, AclRecords.Bytes(id)));
                ops.Add(Delete(AclRecords.PolicyNamePrefix + policy.Name));
            }

            if (await DoAsync(compares, ops, cancellation)) return replica.State.Policies.GetValueOrDefault(id);
        }

        throw Contended();
    }

    /// <summary>Takes a policy away; tokens that had it have it no more.</summary>
    /// <returns>False: there is none.</returns>
    public async Task<bool> DeletePolicyAsync(string id, CancellationToken cancellation)
    {
        for (var i = 0; i < Tries; i++)
        {
            await ReadAsync(cancellation);
            if (!replica.State.Policies.TryGetValue(id, out var policy)) return false;
            ManifestOp[] ops = [Delete(AclRecords.PolicyPrefix + id), Delete(AclRecords.PolicyNamePrefix + policy.Name)];
            if (await DoAsync([Mod(AclRecords.PolicyPrefix + id, policy.ModifyIndex)], ops, cancellation)) return true;
        }

        throw Contended();
    }

    public static string NewId() => Guid.NewGuid().ToString();

    private static string? HashKey(AclToken token) => token.SecretHash.Length > 0 ? AclRecords.TokenHashPrefix + token.SecretHash : null;

    private static ImmutableArray<Compare> NotThere(AclToken token) => [Mod(AclRecords.TokenPrefix + token.AccessorId, 0), Mod(HashKey(token)!, 0)];

    private static ImmutableArray<ManifestOp> Puts(AclToken token, long lease) =>
    [
        new PutOp { Key = AclRecords.Bytes(AclRecords.TokenPrefix + token.AccessorId), Value = AclRecords.Encode(token), Lease = lease },
        new PutOp { Key = AclRecords.Bytes(HashKey(token)!), Value = AclRecords.Bytes(token.AccessorId), Lease = lease },
    ];

    private static PutOp Put(string key, ReadOnlyMemory<byte> value) => new() { Key = AclRecords.Bytes(key), Value = value };

    private static DeleteOp Delete(string key) => new() { Range = new KeyRange(AclRecords.Bytes(key), default) };

    /// <summary>A key as it was seen; 0: not there.</summary>
    private static Compare Mod(string key, long revision) => new() { Range = new KeyRange(AclRecords.Bytes(key), default), Target = CompareTarget.Mod, Number = revision };

    private static ApiException NameTaken(string name) => new(400, $"Invalid Policy: A Policy with Name \"{name}\" already exists");

    private static ApiException Contended() => new(500, "Somebody else changes the same all the time: try again");

    /// <summary>What the group has now, not what has reached this node.</summary>
    private async Task ReadAsync(CancellationToken cancellation)
    {
        if (await manifest.BarrierAsync(cancellation) is var error and not ManifestError.None) throw ManifestErrors.Of(error);
        await replica.RefreshAsync(cancellation);
    }

    /// <returns>Whether the compares held.</returns>
    private async Task<bool> DoAsync(IReadOnlyList<Compare> compares, IReadOnlyList<ManifestOp> ops, CancellationToken cancellation)
    {
        var result = await manifest.ExecuteAsync(new TxnOp { Compares = compares, Success = ops }, cancellation);
        if (!result.IsDone) throw ManifestErrors.Of(result.Error);
        await replica.RefreshAsync(cancellation);
        return result is TxnResult { Succeeded: true };
    }
}
