namespace Skerry.Bench.Manifest;

/// <summary>etcd's methods that the load calls.</summary>
internal static class Methods
{
    public const string Range = "/etcdserverpb.KV/Range";
    public const string Put = "/etcdserverpb.KV/Put";
    public const string Compact = "/etcdserverpb.KV/Compact";
    public const string Watch = "/etcdserverpb.Watch/Watch";
    public const string Grant = "/etcdserverpb.Lease/LeaseGrant";
    public const string Revoke = "/etcdserverpb.Lease/LeaseRevoke";
    public const string KeepAlive = "/etcdserverpb.Lease/LeaseKeepAlive";
    public const string Status = "/etcdserverpb.Maintenance/Status";
}
