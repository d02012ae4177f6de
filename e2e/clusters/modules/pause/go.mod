// The container that holds a pod's namespaces, and the first process of a node's: see e2e/clusters/build.
module sluice.dev/e2e/pause

go 1.21
