using Skerry.Api.Etcd.Grpc;
using Skerry.Manifest;

namespace Skerry.Api.Etcd;

/// <summary>Refusals in etcd's codes and words: its clients compare the text.</summary>
internal static class EtcdErrors
{
    public static GrpcFault Of(ManifestError error) => error switch
    {
        ManifestError.None => default,
        ManifestError.EmptyKey => Invalid("key is not provided"),
        ManifestError.KeyNotFound => Invalid("key not found"),
        ManifestError.ValueProvided => Invalid("value is provided"),
        ManifestError.LeaseProvided => Invalid("lease is provided"),
        ManifestError.TooManyOps => Invalid("too many operations in txn request"),
        ManifestError.DuplicateKey => Invalid("duplicate key given in txn request"),
        ManifestError.InvalidSort => Invalid("invalid sort option"),
        ManifestError.RequestTooLarge => Invalid("request is too large"),
        ManifestError.Compacted => new(GrpcStatus.OutOfRange, "etcdserver: mvcc: required revision has been compacted"),
        ManifestError.FutureRevision => new(GrpcStatus.OutOfRange, "etcdserver: mvcc: required revision is a future revision"),
        ManifestError.NoSpace or ManifestError.DiskFull => new(GrpcStatus.ResourceExhausted, "etcdserver: mvcc: database space exceeded"),
        ManifestError.TooManyRequests => new(GrpcStatus.ResourceExhausted, "etcdserver: too many requests"),
        ManifestError.LeaseNotFound => new(GrpcStatus.NotFound, "etcdserver: requested lease not found"),
        ManifestError.LeaseExists => new(GrpcStatus.FailedPrecondition, "etcdserver: lease already exists"),
        ManifestError.LeaseTtlTooLarge => new(GrpcStatus.OutOfRange, "etcdserver: too large lease TTL"),
        ManifestError.NoLeader => new(GrpcStatus.Unavailable, "etcdserver: no leader"),
        ManifestError.NotLeader => new(GrpcStatus.FailedPrecondition, "etcdserver: not leader"),
        ManifestError.LeaderChanged => new(GrpcStatus.Unavailable, "etcdserver: leader changed"),
        ManifestError.Timeout or ManifestError.GivenUp => new(GrpcStatus.Unavailable, "etcdserver: request timed out"),
        ManifestError.Stopped => new(GrpcStatus.Unavailable, "etcdserver: server stopped"),
        ManifestError.MemberNotFound => new(GrpcStatus.NotFound, "etcdserver: member not found"),
        ManifestError.MemberExists => new(GrpcStatus.FailedPrecondition, "etcdserver: member ID already exist"),
        ManifestError.NodeNotFound => new(GrpcStatus.FailedPrecondition, "skerry: no node of that name says that it takes part in this group: start it with manifest.role, and name it as in http://NODE:2380"),
        ManifestError.NodeOfAnotherGroup => new(GrpcStatus.FailedPrecondition, "skerry: that node belongs to another group of this name"),
        ManifestError.MembershipRefused => new(GrpcStatus.FailedPrecondition, "etcdserver: re-configuration failed due to not enough started members"),
        ManifestError.BadTransferTarget => new(GrpcStatus.FailedPrecondition, "etcdserver: bad leader transferee"),
        ManifestError.ReservedKey => new(GrpcStatus.PermissionDenied, "etcdserver: permission denied: keys that begin with _skerry/ can be read, and are written by Skerry alone"),
        ManifestError.NotCaughtUp => new(GrpcStatus.FailedPrecondition, "etcdserver: can only promote a learner member which is in sync with leader"),
        ManifestError.MajorityLost => new(GrpcStatus.Unavailable, "etcdserver: unhealthy cluster"),
        ManifestError.ChangeUnderWay => new(GrpcStatus.Unavailable, "skerry: another change of the members is under way"),
        _ => new(GrpcStatus.Internal, $"skerry: {error}"),
    };

    private static GrpcFault Invalid(string what) => new(GrpcStatus.InvalidArgument, $"etcdserver: {what}");
}
